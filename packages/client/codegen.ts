import type { CodegenConfig } from '@graphql-codegen/cli';

/**
 * One file: the operations' types, and each operation as its text with those types attached. Text rather than a parsed document,
 * so that sending needs no GraphQL library.
 */
const config: CodegenConfig = {
  schema: '../../apps/api/schema.graphql',
  documents: ['src/operations/*.graphql'],
  generates: {
    'src/generated/operations.ts': {
      plugins: ['typescript-operations', 'typed-document-node'],
      config: {
        namingConvention: 'keep',
        documentMode: 'string',
        enumsAsTypes: true,
        enumType: 'string-literal',
        useTypeImports: true,
        skipTypename: true,
        avoidOptionals: false,
        defaultScalarType: 'unknown',
        scalars: {
          ID: 'string',
          DateTime: 'string',
          JSON: 'unknown',
          FloatList: 'ReadonlyArray<number | null>',
          IntList: 'ReadonlyArray<number>',
          Float32Base64: 'string',
          Int32Base64: 'string',
          BigInt: 'number',
        },
      },
    },
  },
};

export default config;
