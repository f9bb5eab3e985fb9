/** @file Presets to start from, and what a configuration comes to. */
import { objectType } from 'nexus';

export const ConfigValidation = objectType({
  name: 'ConfigValidation',
  definition(t) {
    t.nonNull.boolean('valid');
    t.field('config', { type: 'JSON' });
    t.string('configHash');
    t.int('totalSteps');
    t.field('parameterCount', { type: 'BigInt' });
    t.nonNull.list.nonNull.field('errors', { type: 'UserError' });
    t.nonNull.list.nonNull.string('notes');
  },
});

export const ConfigPreset = objectType({
  name: 'ConfigPreset',
  definition(t) {
    t.nonNull.string('name');
    t.nonNull.string('title');
    t.nonNull.string('description');
    t.nonNull.field('config', { type: 'JSON' });
    t.nonNull.string('yaml');
  },
});
