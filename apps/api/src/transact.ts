import type { Database, Prisma } from '@nabla/db';

/**
 * Runs `work` in one transaction. Prisma's own limits (2 s to begin, 5 s to end) are those of an idle machine; on one that
 * trains at the same time a write may take longer without anything being wrong.
 */
export function transact<T>(db: Database, work: (tx: Prisma.TransactionClient) => Promise<T>): Promise<T> {
  return db.prisma.$transaction(work, { maxWait: 10_000, timeout: 25_000 });
}
