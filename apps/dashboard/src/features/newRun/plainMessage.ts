/** @file What the schema (zod) says of a value, as a person would say it. */

const KINDS: Readonly<Record<string, string>> = {
  int: 'a whole number',
  string: 'a text',
  boolean: 'true or false',
  object: 'a section with settings',
  array: 'a list',
};

/** "Too small: expected number to be >=1" → "must be at least 1". Messages it does not know stay as they are. */
export function plainMessage(message: string): string {
  if (message.endsWith('received undefined')) return 'is missing';
  const bound = /^Too (?:small|big): expected \w+ to (be|have) ([<>]=?)(\S+)(?: (\w+))?$/.exec(message);
  if (bound) {
    const [, verb, sign = '', limit = '', unit] = bound;
    if (unit === 'characters' && sign === '>=' && limit === '1') return 'must not be empty';
    const counted = unit === undefined ? '' : ` ${limit === '1' ? unit.replace(/s$/, '') : unit}`;
    return `must ${verb} ${COMPARISONS[sign] ?? sign} ${limit}${counted}`;
  }
  const kind = /^Invalid input: expected (\w+), received \w+$/.exec(message)?.[1];
  if (kind !== undefined) return `must be ${KINDS[kind] ?? `a ${kind}`}`;
  const choices = /^Invalid (?:option: expected one of|discriminator value\. Expected) (.+)$/.exec(
    message,
  )?.[1];
  if (choices !== undefined)
    return `must be one of ${choices
      .replaceAll(/["']/g, '')
      .split(/ ?\| ?/)
      .join(', ')}`;
  const keys = /^Unrecognized (keys?: .+)$/.exec(message)?.[1];
  return keys === undefined ? message : `has the unknown ${keys.replace(':', '')}`;
}

const COMPARISONS: Readonly<Record<string, string>> = {
  '>=': 'at least',
  '<=': 'at most',
  '>': 'more than',
  '<': 'less than',
};
