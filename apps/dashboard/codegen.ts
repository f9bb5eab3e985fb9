import type { CodegenConfig } from '@graphql-codegen/cli';

/** Types of every operation and fragment of the dashboard, from the API's committed schema. */
const config: CodegenConfig = {
  schema: '../api/schema.graphql',
  documents: ['src/**/*.{ts,tsx}', '!src/graphql/generated/**'],
  ignoreNoDocuments: true,
  generates: {
    'src/graphql/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: { unmaskFunctionName: 'readFragment' } },
      config: {
        importExtension: '.ts',
        namingConvention: 'keep',
        useTypeImports: true,
        enumsAsTypes: true,
        strictScalars: true,
        scalars: {
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
