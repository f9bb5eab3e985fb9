/** @file What a configuration comes to: errors with paths, or its normal form and what is worth knowing of it. */
import {
  configHash,
  configNotes,
  type ConfigResult,
  parameterCount,
  parseRunConfig,
  parseRunConfigYaml,
  PRESETS,
  runConfigToYaml,
  totalSteps,
  workerNotes,
} from '@nabla/domain';
import { refuse, type UserError } from '../../errors.ts';

export interface ConfigSource {
  config?: unknown;
  yaml?: string | null | undefined;
}

/**
 * Parses the one configuration given, as JSON or as YAML.
 * @throws Refusal when both or none are given.
 */
export function parseConfigSource(source: ConfigSource): ConfigResult {
  const hasConfig = source.config !== undefined && source.config !== null;
  const hasYaml = typeof source.yaml === 'string';
  if (hasConfig === hasYaml) {
    throw refuse('INVALID_INPUT', 'Give the configuration once: as "config" or as "yaml".', ['config']);
  }
  return typeof source.yaml === 'string' && hasYaml
    ? parseRunConfigYaml(source.yaml)
    : parseRunConfig(source.config);
}

/** Configuration errors as a payload's errors, their paths below the input's field. */
export function configErrors(result: Extract<ConfigResult, { ok: false }>, field: string): UserError[] {
  return result.errors.map(({ path, message }) => ({
    code: 'INVALID_INPUT',
    message: path.length === 0 ? message : `${path.join('.')}: ${message}`,
    path: [field, ...path],
  }));
}

export function validateConfig(source: ConfigSource) {
  const result = parseConfigSource(source);
  if (!result.ok) return { valid: false, errors: configErrors(result, 'config'), notes: [] };
  const { config } = result;
  return {
    valid: true,
    config,
    configHash: configHash(config),
    totalSteps: totalSteps(config),
    parameterCount: config.model.kind === 'scratch' ? parameterCount(config.model) : null,
    errors: [],
    notes: [...configNotes(config), ...workerNotes(config)],
  };
}

export function listPresets() {
  return PRESETS.map((preset) => ({ ...preset, yaml: runConfigToYaml(preset.config) }));
}
