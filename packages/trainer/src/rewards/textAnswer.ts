/** @file Answers that are no mathematics but words, letters of a choice, or clock times: compared as text. */

/** Seconds and halves of the day may follow: "3:45", "03:45:10", "3:45 p.m.". Ratios look the same, and are compared the same. */
const CLOCK = String.raw`\d+(?::\d+)+(?:\s*[ap]\.?m\.?)?`;
const WHOLE_CLOCK = new RegExp(`^${CLOCK}$`, 'i');
const LAST_CLOCK = new RegExp(String.raw`(?<![\w:.])${CLOCK}$`, 'i');
const WRAPPED = /^\\(?:text\w*|math(?:rm|bf|it)|mbox)\s*\{([^{}]*)\}$/;

export interface TextAnswer {
  readonly kind: 'clock' | 'word';
  /** Equal for the same answer. */
  readonly text: string;
}

/**
 * "\text{Yes}" and "yes", "\text{(C)}", "(C)" and "C", "03:45" and "3:45" are the same. Null for what is something else; a single
 * letter or a word without \text may be mathematics as well.
 */
export function textAnswer(source: string): TextAnswer | null {
  const trimmed = source.trim();
  const wrapped = WRAPPED.exec(trimmed)?.[1]?.trim();
  const bare = (wrapped ?? trimmed).replaceAll('{:}', ':').replace(/^\(\s*([A-Za-z])\s*\)$/, '$1');
  if (WHOLE_CLOCK.test(bare))
    return {
      kind: 'clock',
      text: bare
        .replaceAll(/[\s.]/g, '')
        .replace(/^0+(?=\d)/, '')
        .toLowerCase(),
    };
  // x and X are two variables, xy and XY are products: so short they keep their case.
  if (wrapped === undefined ? /^(?!no$)[A-Za-z]{1,2}$/i.test(bare) : /^[A-Za-z]$/.test(bare))
    return { kind: 'word', text: bare };
  const isWord = wrapped === undefined ? /^[A-Za-z]{2,}(?:[\s-]+[A-Za-z]+)*$/ : /[A-Za-z]/;
  return isWord.test(bare) ? { kind: 'word', text: bare.replaceAll(/\s+/g, ' ').toLowerCase() } : null;
}

/** The clock time or ratio at the end of a line; null where there is none. */
export function lastClock(line: string): string | null {
  return LAST_CLOCK.exec(line)?.[0] ?? null;
}

/** Two letters that are a unit; other words of two letters are products. */
const SHORT = 'cm|mm|km|nm|kg|mg|lb|oz|ft|mi|hr|ml|mL|Hz|kJ';
const UNIT = new RegExp(
  String.raw`^(.*[\d)}%])\s+((?:(?:${SHORT})|[A-Za-z]{3,})\.?(?:\s+[A-Za-z]{2,}){0,2})$`,
  's',
);
/** Names that are mathematics however long they are. */
const NO_UNIT =
  /\b(?:sqrt|cbrt|abs|exp|log\d*|arc\w+|a?(?:sin|cos|tan)h?|cot|sec|csc|floor|ceil|alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|nu|xi|rho|sigma|tau|upsilon|phi|chi|psi|omega|infty|pi|mu)\b/i;

/** "42 square meters" in two: what is counted is told apart from how much. The unit is '' where there is none. */
export function splitUnit(text: string): { readonly amount: string; readonly unit: string } {
  const [, amount, unit] = text.length > MAX_CHARS ? [] : (UNIT.exec(text.trim()) ?? []);
  if (
    amount === undefined ||
    unit === undefined ||
    NO_UNIT.test(unit) ||
    /(?<!\\)\b[A-Za-z]{2,}/.test(amount)
  )
    return { amount: text, unit: '' };
  return { amount, unit: unit.toLowerCase().replace(/s?\.?$/, '') };
}

const MAX_CHARS = 1000;
