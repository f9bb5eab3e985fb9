/** @file Configurations laid side by side: one row per setting. */

/** A setting of several configurations; undefined where a configuration does not have it. */
export interface ConfigRow {
  /** Dotted, as in filters: "policyGradient.groupSize"; rewards by their name: "rewards.exact.weight". */
  readonly path: string;
  readonly values: readonly (string | undefined)[];
  readonly differs: boolean;
}

/** Every setting that any of the configurations has, in the order of the first that has it. */
export function configRows(configs: readonly unknown[]): ConfigRow[] {
  const flat = configs.map((config) => new Map(flatten('', config)));
  const paths = mergedOrder(flat.map((settings) => [...settings.keys()]));
  return paths.map((path) => {
    const values = flat.map((settings) => settings.get(path));
    return { path, values, differs: values.some((value) => value !== values[0]) };
  });
}

function flatten(prefix: string, value: unknown): [string, string][] {
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item !== 'object' || item === null))
      return [[prefix, value.map(text).join(', ')]];
    return value.flatMap((item, index) => flatten(join(prefix, nameOf(item) ?? String(index)), item));
  }
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, member]) => flatten(join(prefix, key), member));
  return value === undefined ? [] : [[prefix, text(value)]];
}

/** Members of a list are told apart by their name where they have one, so that an inserted one does not shift all others. */
function nameOf(item: unknown): string | null {
  return typeof item === 'object' && item !== null && 'name' in item && typeof item.name === 'string'
    ? item.name
    : null;
}

function join(prefix: string, key: string): string {
  return prefix === '' ? key : `${prefix}.${key}`;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Keeps neighbours together: a path only later lists have comes after the one that precedes it there. */
function mergedOrder(lists: readonly (readonly string[])[]): string[] {
  const merged: string[] = [];
  for (const list of lists)
    list.forEach((path, index) => {
      if (merged.includes(path)) return;
      const before = list.slice(0, index).findLast((earlier) => merged.includes(earlier));
      merged.splice(before === undefined ? 0 : merged.indexOf(before) + 1, 0, path);
    });
  return merged;
}
