/** @file Tells "the database is away, try again later" from every other failure. */

/** Codes of Node's sockets and resolver. */
const NODE_CODES = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'],
  ...['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN'],
]);

/**
 * SQLSTATEs: the server shuts down (57P01), crashed (57P02), starts up or shuts down (57P03), dropped the session when
 * idle (57P05), has no connection left (53300), is a read-only standby during a failover (25006). Class 08 is any
 * connection exception.
 */
const SQLSTATES = new Set(['57P01', '57P02', '57P03', '57P05', '53300', '25006']);

/** Prisma's own: cannot reach, timed out, closed the connection, no connection from the pool in time. */
const PRISMA_CODES = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024']);

/** `cause.kind` of an error from Prisma's driver adapter. */
const ADAPTER_KINDS = new Set([
  'DatabaseNotReachable',
  'ConnectionClosed',
  'SocketTimeout',
  'TooManyConnections',
]);

/** node-postgres gives these errors no code. */
const MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/**
 * True when the failure says that PostgreSQL could not be reached or went away, so that the same work may succeed
 * later. Looks through `cause`, through the errors of an AggregateError and through Prisma's wrapping.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  return look(error, 0);
}

function look(error: unknown, depth: number): boolean {
  if (typeof error !== 'object' || error === null || depth > 6) return false;
  const code = text(error, 'code') ?? text(error, 'originalCode');
  if (code !== null) {
    if (NODE_CODES.has(code) || SQLSTATES.has(code) || PRISMA_CODES.has(code)) return true;
    if (/^08[0-9A-Z]{3}$/.test(code)) return true;
  }
  const kind = text(error, 'kind');
  if (kind !== null && ADAPTER_KINDS.has(kind)) return true;
  const message = text(error, 'message');
  if (message !== null && MESSAGES.test(message)) return true;
  if (error instanceof AggregateError && error.errors.some((inner) => look(inner, depth + 1))) return true;
  return ['cause', 'meta', 'driverAdapterError'].some((key) => look(Reflect.get(error, key), depth + 1));
}

function text(from: object, key: string): string | null {
  const value: unknown = Reflect.get(from, key);
  return typeof value === 'string' ? value : null;
}
