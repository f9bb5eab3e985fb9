/** @file The Nexus types of a Relay connection: `XConnection`, `XEdge`, and the shared `PageInfo` and `Node`. */
import { completionId, type CompletionKey, promptId } from '@nabla/db';
import { interfaceType, objectType } from 'nexus';
import type { NexusObjectTypeDef } from 'nexus/dist/core.js';

export const PageInfo = objectType({
  name: 'PageInfo',
  definition(t) {
    t.nonNull.boolean('hasNextPage');
    t.nonNull.boolean('hasPreviousPage');
    t.string('startCursor');
    t.string('endCursor');
  },
});

/** The two types of the connection over a node type. */
export function connectionTypes<Name extends string>(node: NexusObjectTypeDef<Name>) {
  const edge = objectType<string>({
    name: `${node.name}Edge`,
    definition(t) {
      t.nonNull.string('cursor');
      t.nonNull.field('node', { type: node });
    },
  });
  const connection = objectType<string>({
    name: `${node.name}Connection`,
    definition(t) {
      t.nonNull.list.nonNull.field('edges', { type: edge });
      t.nonNull.list.nonNull.field('nodes', { type: node });
      t.nonNull.field('pageInfo', { type: 'PageInfo' });
      t.nonNull.int('totalCount');
    },
  });
  return [connection, edge];
}

export const Node = interfaceType({
  name: 'Node',
  definition(t) {
    t.nonNull.id('id', { resolve: (node) => globalId(node) });
  },
});

/** The stored id, or the one composed of the key for rows that are not looked up by an id of their own. */
function globalId(node: { id: string } | CompletionKey | { versionId: string; index: number }): string {
  if ('id' in node) return node.id;
  return 'versionId' in node ? promptId(node) : completionId(node);
}
