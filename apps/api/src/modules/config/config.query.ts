/** @file Presets and validation. */
import { extendType, stringArg } from 'nexus';
import { listPresets, validateConfig } from './config.service.ts';

export const configQueries = extendType({
  type: 'Query',
  definition(t) {
    t.nonNull.field('validateConfig', {
      type: 'ConfigValidation',
      args: { config: 'JSON', yaml: stringArg() },
      resolve: (_, args) => validateConfig(args),
    });
    t.nonNull.list.nonNull.field('presets', { type: 'ConfigPreset', resolve: () => listPresets() });
  },
});
