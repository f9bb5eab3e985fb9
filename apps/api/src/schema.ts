/** @file The schema: every module's types, made executable and guarded by the access rules. */
import { fileURLToPath } from 'node:url';
import type { GraphQLSchema } from 'graphql';
import { makeSchema } from 'nexus';
import { guardSchema } from './access/guard.ts';
import { accessRules } from './access/rules.ts';
import * as types from './modules/index.ts';

// Nexus's global types: whoever type-checks this file from another package needs them too.
export type { NexusGenTypes } from './generated/nexus.ts';

/** The schema as it is served. @throws Error when a field has no access rule. */
export function buildSchema(): GraphQLSchema {
  return guardSchema(nexusSchema(false), accessRules);
}

/**
 * @param generate writes `src/generated/nexus.ts` and `schema.graphql` beside making the schema; for `codegen.ts`.
 */
export function nexusSchema(generate: boolean): GraphQLSchema {
  const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  return makeSchema({
    types,
    shouldGenerateArtifacts: generate,
    outputs: { typegen: here('./generated/nexus.ts'), schema: here('../schema.graphql') },
    contextType: { module: here('./context.ts'), export: 'Context' },
    sourceTypes: { modules: [{ module: here('./sources.ts'), alias: 'source' }] },
    features: { abstractTypeStrategies: { __typename: true } },
    nonNullDefaults: { input: false, output: false },
    // Nexus writes imports without extensions; our modules have them.
    formatTypegen: (content, kind) =>
      kind === 'types'
        ? content.replace(/(from "\.{1,2}\/[^".]*(?:\/[^".]+)*)(?:\.ts)?"/g, '$1.ts"')
        : content,
  });
}
