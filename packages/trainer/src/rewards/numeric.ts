/** @file Numbers in texts: 42, −1,234.5, .5, 6.02e23, 3/4. */

/** Linear in the text: every part has one way to match. */
const NUMBER = String.raw`[-+−]?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)?(?:\.\d+)?(?:[eE][-+−]?\d+)?`;
const QUANTITY = new RegExp(
  String.raw`(?<![\w.])(?=[-+−]?\.?\d)(${NUMBER})(?:\s*\/\s*(?=[-+−]?\.?\d)(${NUMBER}))?`,
  'gu',
);

/** The last number in a text, a fraction taken as one number; null where there is none, or it is divided by 0. */
export function lastNumber(text: string): number | null {
  const match = [...text.matchAll(QUANTITY)].at(-1);
  if (!match?.[1]) return null;
  const value = toNumber(match[1]) / (match[2] === undefined ? 1 : toNumber(match[2]));
  return Number.isFinite(value) ? value : null;
}

/** Whether |value − answer| ≤ tolerance, or ≤ tolerance · |answer|. */
export function isNear(
  value: number,
  answer: number,
  { tolerance, relative }: { readonly tolerance: number; readonly relative: boolean },
): boolean {
  return Math.abs(value - answer) <= (relative ? tolerance * Math.abs(answer) : tolerance);
}

function toNumber(text: string): number {
  return Number(text.replaceAll(',', '').replaceAll('−', '-'));
}
