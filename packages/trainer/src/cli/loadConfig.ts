/** @file From a YAML or JSON file (or a preset) and `--set` to a validated configuration, or to errors with file, line and path. */
import { readFile } from 'node:fs/promises';

import {
  ESTIMATOR_PRESETS,
  PRESETS,
  parseRunConfig,
  runConfigToYaml,
  type ConfigError,
  type RunConfig,
  type RunConfigInput,
} from '@nabla/domain';
import { LineCounter, type Document, isMap, isNode, isSeq, parse, parseDocument } from 'yaml';

import { CliError, EXIT } from './cliError.ts';

/**
 * @param overrides `path=value`, the path dotted and the value YAML: `policyGradient.groupSize=16`, `rewards.0.weight=2`. Without
 *   a value the field is left away: `warmup=`.
 * @throws CliError naming every field that is not valid, with its line where it has one.
 */
export async function loadConfig(file: string, overrides: readonly string[]): Promise<RunConfig> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new CliError(EXIT.usage, `${file}: cannot be read: ${messageOf(cause)}`, { cause });
  });
  return configOf({ name: file, text, hasLines: true }, overrides);
}

/** One of the run presets, changed by overrides. @throws CliError */
export function presetConfig(name: string, overrides: readonly string[]): RunConfig {
  const found = PRESETS.find((preset) => preset.name === name);
  if (found === undefined)
    throw new CliError(
      EXIT.usage,
      `--preset ${name}: there is no such preset; there are ${PRESETS.map((preset) => preset.name).join(', ')}`,
    );
  return changedConfig(`preset ${name}`, found.config, overrides);
}

/** A configuration changed by overrides. @param name for messages. @throws CliError */
export function changedConfig(name: string, config: RunConfigInput, overrides: readonly string[]): RunConfig {
  return configOf({ name, text: runConfigToYaml(config), hasLines: false }, overrides);
}

interface ConfigText {
  /** For messages. */
  readonly name: string;
  readonly text: string;
  /** Whether the user can look at the lines. */
  readonly hasLines: boolean;
}

function configOf({ name, text, hasLines }: ConfigText, overrides: readonly string[]): RunConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { uniqueKeys: true, lineCounter: lines });
  if (document.errors.length > 0) {
    const reasons = document.errors.map(
      ({ message, pos }) => `${name}:${lines.linePos(pos[0]).line}: ${message.split('\n')[0]}`,
    );
    throw new CliError(EXIT.usage, reasons.join('\n'));
  }
  if (!isMap(document.contents))
    throw new CliError(
      EXIT.usage,
      `${name}: is no configuration: it must be a mapping with name, task, policyGradient, …`,
    );
  // First, whatever the order: what is set beside an estimator's preset wins over it.
  const ordered = [...overrides.filter(isPreset), ...overrides.filter((override) => !isPreset(override))];
  const set = ordered.map((override) => applyOverride(document, override));
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw new CliError(EXIT.usage, `${name}: ${messageOf(cause)}`, { cause });
  }
  const result = parseRunConfig(value);
  if (result.ok) return result.config;
  const reasons = result.errors.flatMap(byUnknownKey).map(({ path, message }) => {
    const dotted = path.join('.');
    const override = set.find((other) => other === dotted) ?? set.find((other) => concern(other, dotted));
    const place = `${name}${hasLines ? lineOf(document, lines, path) : ''}`;
    const where = override === undefined ? place : `--set ${override}`;
    return `${where}: ${dotted === '' || dotted === override ? '' : `${dotted}: `}${message}`;
  });
  throw new CliError(EXIT.usage, reasons.join('\n'));
}

/** An error about keys that nobody knows stands at their section: one for each key instead, at the key. */
function byUnknownKey(error: ConfigError): ConfigError[] {
  if (!error.message.startsWith('Unrecognized key')) return [error];
  const keys = Array.from(error.message.matchAll(/"([^"]+)"/g), ([, key = '']) => key);
  if (keys.length === 0) return [error];
  return keys.map((key) => ({ path: [...error.path, key], message: 'there is no such setting' }));
}

/** Whether one of two dotted paths leads through the other. */
function concern(one: string, other: string): boolean {
  return other !== '' && (`${one}.`.startsWith(`${other}.`) || `${other}.`.startsWith(`${one}.`));
}

const PRESET_PATH = 'policyGradient.preset';

function isPreset(override: string): boolean {
  return override.slice(0, Math.max(0, override.indexOf('='))).trim() === PRESET_PATH;
}

/**
 * The estimator that the file chose makes room for the preset: a file with every field spelled out (`--print-config`) would else keep
 * all of its own. Group size, steps, lengths and the optimizer stay, unless the preset has its own.
 */
function clearEstimator(document: Document, preset: unknown): void {
  const presets = Object.entries<object>(ESTIMATOR_PRESETS);
  const chosen = presets.find(([name]) => name === preset)?.[1] ?? {};
  const fields = new Set(presets.flatMap(([, choices]) => Object.keys(choices)));
  for (const field of fields)
    if (field !== 'groupSize' || field in chosen) document.deleteIn(['policyGradient', field]);
}

/** Returns the dotted path that was set. */
function applyOverride(document: Document, override: string): string {
  const split = override.indexOf('=');
  const dotted = override.slice(0, split).trim();
  if (split <= 0 || !/^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*$/.test(dotted))
    throw new CliError(
      EXIT.usage,
      `--set ${override}: write a dotted path and a value, for instance --set policyGradient.groupSize=16`,
    );
  let value: unknown;
  try {
    value = parse(override.slice(split + 1));
  } catch (cause) {
    throw new CliError(EXIT.usage, `--set ${dotted}: the value is not YAML: ${messageOf(cause)}`, { cause });
  }
  const path = dotted.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key));
  if (dotted === PRESET_PATH && document.hasIn(['policyGradient'])) clearEstimator(document, value);
  // The schema's own list when the file has none, so that `rewards.0.weight=2` means what it says.
  if (path[0] === 'rewards' && path.length > 1 && !document.has('rewards'))
    document.set('rewards', document.createNode([{ kind: 'exact_match', name: 'exact' }]));
  assertNoGap(document, path, dotted);
  if (override.slice(split + 1).trim() === '') {
    if (!document.hasIn(path))
      throw new CliError(EXIT.usage, `--set ${dotted}=: the configuration has no such field to leave away`);
    document.deleteIn(path);
    return dotted;
  }
  try {
    document.setIn(path, document.createNode(value));
  } catch (cause) {
    throw new CliError(
      EXIT.usage,
      `--set ${dotted}: ${path.slice(0, -1).join('.')} has no members in the file`,
      { cause },
    );
  }
  return dotted;
}

/** A list grows at its end only. @throws CliError telling how long it is. */
function assertNoGap(document: Document, path: readonly (string | number)[], dotted: string): void {
  for (const [depth, key] of path.entries()) {
    const list = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
    const isList = isSeq(list);
    if (isList && typeof key === 'string')
      throw new CliError(
        EXIT.usage,
        `--set ${dotted}: ${path.slice(0, depth).join('.')} is a list: name the entry by its number, for instance ${[...path.slice(0, depth), 0, ...path.slice(depth)].join('.')}`,
      );
    const length = isList ? list.items.length : list === undefined || list === null ? 0 : undefined;
    if (typeof key === 'number' && length !== undefined && key > length)
      throw new CliError(
        EXIT.usage,
        `--set ${dotted}: ${path.slice(0, depth).join('.')} has ${length === 1 ? '1 entry' : `${length} entries`}, counted from 0: the next is ${length}`,
      );
  }
}

/** ":12" for the deepest part of the path that stands in the file; empty when none does. */
function lineOf(document: Document, lines: LineCounter, path: readonly string[]): string {
  for (let depth = path.length; depth > 0; depth--) {
    const keys = path.slice(0, depth).map((key) => (/^\d+$/.test(key) ? Number(key) : key));
    const node = document.getIn(keys, true);
    if (isNode(node) && node.range) return `:${lines.linePos(node.range[0]).line}`;
  }
  return '';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
