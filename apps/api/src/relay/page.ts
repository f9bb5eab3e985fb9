/** @file From the arguments of a connection to a bounded page request, and from the rows found to the connection. */
import { refuse } from '../errors.ts';
import { type CursorValue, decodeCursor, encodeCursor } from './cursor.ts';

export const MAX_PAGE_SIZE = 200;
export const DEFAULT_PAGE_SIZE = 50;

export interface PageArgs {
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
}

/** One page to read: `limit` rows (read one more to learn whether there are more) between two keys. */
export interface PageRequest {
  order: string;
  limit: number;
  /** True when the page is the last rows of the range, read from its end. */
  backwards: boolean;
  after: CursorValue[] | null;
  before: CursorValue[] | null;
}

export interface Edge<Row> {
  cursor: string;
  node: Row;
}
/** The source of a connection type; `totalCount` is asked only when selected. */
export interface Connection<Row> {
  edges: Edge<Row>[];
  nodes: Row[];
  pageInfo: PageInfo;
  totalCount: () => Promise<number>;
}
export interface PageInfo {
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  startCursor: string | null;
  endCursor: string | null;
}

/** @throws Refusal when sizes or cursors cannot be used; the bound is in the message. */
export function pageRequest(args: PageArgs, order: string, keyLength: number): PageRequest {
  const { first = null, last = null } = args;
  if (first !== null && last !== null) {
    throw refuse('INVALID_INPUT', 'Give "first" or "last", not both.', ['first']);
  }
  const limit = first ?? last ?? DEFAULT_PAGE_SIZE;
  const argument = last === null ? 'first' : 'last';
  if (limit < 0 || limit > MAX_PAGE_SIZE) {
    throw refuse('TOO_LARGE', `"${argument}" is ${limit}; a page holds 0 to ${MAX_PAGE_SIZE}.`, [argument]);
  }
  return {
    order,
    limit,
    backwards: last !== null,
    after: args.after == null ? null : decodeCursor(args.after, order, keyLength, 'after'),
    before: args.before == null ? null : decodeCursor(args.before, order, keyLength, 'before'),
  };
}

/**
 * @param found up to `limit + 1` rows in reading order (reversed when the page is read backwards).
 * @param keyOf the row's sort key, as it went into the query.
 */
export function connectionOf<Row>(
  request: PageRequest,
  found: readonly Row[],
  keyOf: (row: Row) => CursorValue[],
  totalCount: () => Promise<number>,
): Connection<Row> {
  const more = found.length > request.limit;
  const nodes = found.slice(0, request.limit);
  if (request.backwards) nodes.reverse();
  const edges = nodes.map((node) => ({ node, cursor: encodeCursor(request.order, keyOf(node)) }));
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: request.backwards ? request.before !== null : more,
      hasPreviousPage: request.backwards ? more : request.after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount,
  };
}
