/** @file Configurations laid side by side: one row per setting, one row for a part that some of them do not have. */

/** A setting of several configurations, or a part with settings of its own. */
export interface ConfigRow {
  /** Dotted, as in filters: "policyGradient.groupSize"; rewards by their name: "rewards.exact.weight". */
  readonly path: string;
  /** Undefined where a configuration does not have it. */
  readonly values: readonly (string | undefined)[];
  readonly differs: boolean;
  /**
   * Of a part that some configurations leave out (a warm-up, an evaluation, a reward): its settings, to be unfolded. Settings
   * differ there when those that have the part differ. Empty of a setting.
   */
  readonly rows: readonly ConfigRow[];
}

/** Every setting that any of the configurations has, in the order of the first that has it. */
export function configRows(configs: readonly unknown[]): ConfigRow[] {
  return memberRows('', configs.map(partOf));
}

/** What stands for a part in a configuration that has none. */
export const NO_PART = 'none';

/** A part by the names of its members; null for what is none. */
type Part = ReadonlyMap<string, unknown> | null;

/** Members of a list are told apart by their name where they have one, so that an inserted one does not shift all others. */
function partOf(value: unknown): Part {
  if (Array.isArray(value))
    return value.every((item) => typeof item !== 'object' || item === null)
      ? null
      : new Map(value.map((item, index): [string, unknown] => [nameOf(item) ?? String(index), item]));
  return typeof value === 'object' && value !== null
    ? new Map(Object.entries(value).filter(([, member]) => member !== undefined))
    : null;
}

/** @param parts null for configurations that are left aside here. */
function memberRows(prefix: string, parts: readonly Part[]): ConfigRow[] {
  const keys = mergedOrder(parts.map((part) => [...(part?.keys() ?? [])]));
  return keys.flatMap((key) =>
    rowsOf(
      prefix === '' ? key : `${prefix}.${key}`,
      parts.map((part) => part?.get(key)),
      parts.map((part) => part !== null),
    ),
  );
}

/** @param counts which configurations are compared here. */
function rowsOf(path: string, values: readonly unknown[], counts: readonly boolean[]): ConfigRow[] {
  const parts = values.map(partOf);
  if (parts.every((part) => part === null)) {
    const texts = values.map(textOf);
    return [{ path, values: texts, differs: differ(texts, counts), rows: [] }];
  }
  const rows = memberRows(path, parts);
  if (parts.every((part, index) => part !== null || counts[index] === false)) return rows;
  const texts = values.map((value, index) => {
    if (counts[index] === false) return undefined;
    const part = parts[index] ?? null;
    return part === null ? (value == null ? NO_PART : textOf(value)) : summary(part);
  });
  return [{ path, values: texts, differs: true, rows }];
}

const SHOWN_MEMBERS = 2;

/** "steps 100, batchSize 16 and 10 more": enough to know the part by. */
function summary(part: ReadonlyMap<string, unknown>): string {
  const plain = [...part].filter(([, member]) => member !== null && typeof member !== 'object');
  const shown = plain.slice(0, SHOWN_MEMBERS);
  const further = part.size - shown.length;
  const words = shown.map(([key, member]) => (key === 'name' ? textOf(member) : `${key} ${textOf(member)}`));
  if (words.length === 0) return `${further} ${further === 1 ? 'setting' : 'settings'}`;
  return words.join(', ') + (further === 0 ? '' : ` and ${further} more`);
}

function differ(values: readonly unknown[], counts: readonly boolean[]): boolean {
  const compared = values.filter((_, index) => counts[index]);
  return compared.some((value) => value !== compared[0]);
}

function nameOf(item: unknown): string | null {
  return typeof item === 'object' && item !== null && 'name' in item && typeof item.name === 'string'
    ? item.name
    : null;
}

function textOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value.length === 0 ? '[]' : value.map(textOf).join(', ');
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
