/** @file Small fixtures: the rows that everything else hangs below. */
import { newId } from '../ids.ts';
import type { Database } from '../openDatabase.ts';
import { claimRun } from '../runs/claimRun.ts';

export type Seed = { workspaceId: string; userId: string; projectId: string; workerId: string };

/** A workspace with an owner, a project and a worker. */
export async function seedWorkspace({ prisma }: Database): Promise<Seed> {
  const [workspaceId, userId, projectId] = [newId('workspace'), newId('user'), newId('project')];
  await prisma.workspace.create({ data: { id: workspaceId, name: 'Laboratory' } });
  await prisma.user.create({ data: { id: userId, name: 'Ada' } });
  await prisma.membership.create({ data: { workspaceId, userId, role: 'OWNER' } });
  const slug = projectId.toLowerCase();
  await prisma.project.create({
    data: { id: projectId, workspaceId, name: 'Sorting', slug, createdById: userId },
  });
  const workerId = await seedWorker({ prisma }, workspaceId);
  return { workspaceId, userId, projectId, workerId };
}

/** A worker of the workspace; its id. */
export async function seedWorker({ prisma }: Pick<Database, 'prisma'>, workspaceId: string): Promise<string> {
  const id = newId('worker');
  const about = { name: 'tester', backend: 'wasm', host: 'localhost', version: '0', device: 'cpu' };
  await prisma.worker.create({ data: { id, workspaceId, ...about } });
  return id;
}

/** A queued run of the project; its id. */
export async function seedRun(
  db: Database,
  seed: Seed,
  more: { reservedWorkerId?: string } = {},
): Promise<string> {
  const id = newId('run');
  const { lastRunNumber: number } = await db.prisma.project.update({
    where: { id: seed.projectId },
    data: { lastRunNumber: { increment: 1 } },
  });
  const { workspaceId, projectId, userId: ownerId } = seed;
  const config = { config: {}, configHash: 'none', configYaml: '', totalSteps: 1_000_000 };
  await db.prisma.run.create({
    data: { id, workspaceId, projectId, ownerId, number, name: `run ${number}`, ...config, ...more },
  });
  return id;
}

/** A run that is claimed by the seed's worker, with its lease token. */
export async function seedClaimedRun(
  db: Database,
  seed: Seed,
): Promise<{ runId: string; leaseToken: string }> {
  const runId = await seedRun(db, seed);
  const { workspaceId, workerId } = seed;
  const claim = await claimRun(db.pool, { workspaceId, workerId, runId, leaseSeconds: 60, backend: 'wasm' });
  if (claim === null) throw new Error(`${runId} could not be claimed`);
  return { runId, leaseToken: claim.leaseToken };
}
