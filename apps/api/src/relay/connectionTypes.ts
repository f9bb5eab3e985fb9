/** @file The Nexus types of a Relay connection: `XConnection`, `XEdge`, and the shared `PageInfo` and `Node`. */
import { interfaceType, objectType } from 'nexus';

export const PageInfo = objectType({
  name: 'PageInfo',
  definition(t) {
    t.nonNull.boolean('hasNextPage');
    t.nonNull.boolean('hasPreviousPage');
    t.string('startCursor');
    t.string('endCursor');
  },
});

/** The two types of the connection over `node`. */
export function connectionTypes(node: string) {
  return [
    objectType({
      name: `${node}Connection`,
      definition(t) {
        t.nonNull.list.nonNull.field('edges', { type: `${node}Edge` });
        t.nonNull.list.nonNull.field('nodes', { type: node });
        t.nonNull.field('pageInfo', { type: 'PageInfo' });
        t.nonNull.int('totalCount');
      },
    }),
    objectType({
      name: `${node}Edge`,
      definition(t) {
        t.nonNull.string('cursor');
        t.nonNull.field('node', { type: node });
      },
    }),
  ];
}

export const Node = interfaceType({
  name: 'Node',
  definition(t) {
    t.nonNull.id('id');
  },
});
