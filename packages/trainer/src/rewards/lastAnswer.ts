/** @file Where the answer stands in a text that says more than the answer. */

/** What stands in the last \boxed{…} (braces may be nested); null where there is none, or it does not end. */
export function lastBoxed(text: string): string | null {
  const start = text.lastIndexOf('\\boxed{');
  if (start < 0) return null;
  const from = start + '\\boxed{'.length;
  let depth = 1;
  for (let index = from; index < text.length; index++) {
    const character = text[index];
    if (character === '\\') index += 1;
    else if (character === '{') depth += 1;
    else if (character === '}' && --depth === 0) return text.slice(from, index);
  }
  return null;
}

/** What stands in the last <answer>…</answer>, to the end where it is not closed; null where there is none. */
export function lastTagged(text: string): string | null {
  const start = text.lastIndexOf('<answer>');
  if (start < 0) return null;
  const end = text.indexOf('</answer>', start);
  return text.slice(start + '<answer>'.length, end < 0 ? undefined : end);
}

/**
 * Where the last expression of a text may stand, the likeliest first. Marked answers leave no other choice: \boxed{…}, then
 * <answer>…</answer>, then what follows "####", then the last $…$, \(…\) or \[…\]. Without any, it is an end of the last line: what
 * follows its last "=" or ":", then shorter and shorter ends of that, word by word.
 */
export function lastMath(text: string): string[] {
  const marked = lastBoxed(text) ?? lastTagged(text) ?? lastHashed(text) ?? lastDelimited(text);
  if (marked !== null) return [tidy(withoutMarks(marked))];
  const line = tidy(text.trimEnd().split('\n').at(-1) ?? '');
  const end = tidy(line.slice(line.lastIndexOf('=') + 1));
  const said = tidy(end.slice(end.lastIndexOf(':') + 1));
  const words = said.split(/\s+/).slice(-MAX_WORDS);
  return [
    // A line without prose may be an equation: it is looked at whole.
    ...(isProse(line) ? [] : [line]),
    ...words
      .map((_, index) => words.slice(index).join(' '))
      .filter((candidate, index) => !isProse(candidate) || index === words.length - 1),
  ];
}

/** An answer without the marks that some data sets put around it. */
export function withoutMarks(text: string): string {
  const bare = lastBoxed(text) ?? text;
  const [, dollars] = /^\s*\$+([^$]*)\$+\s*$/.exec(bare) ?? [];
  return (dollars ?? bare).trim();
}

const MAX_WORDS = 40;
/** Two letters or more in a row that are no function: "the", "is", "km". */
const PROSE =
  /(?<![\\A-Za-z])(?!(?:sqrt|cbrt|abs|exp|ln|log|lg|log2|log10|arc(?:sin|cos|tan)|a?(?:sin|cos|tan)h?|cot|sec|csc|floor|ceil|pi)(?![A-Za-z]))[A-Za-z]{2,}/;

/** Units and words in \text{…} are read as such. */
function isProse(text: string): boolean {
  return PROSE.test(text.replaceAll(/\\(?:text\w*|math\w+|mbox|operatorname)\{[^{}]*\}/g, ' '));
}

function lastHashed(text: string): string | null {
  const start = text.lastIndexOf('####');
  return start < 0
    ? null
    : (text
        .slice(start + 4)
        .trim()
        .split('\n')[0] ?? null);
}

function lastDelimited(text: string): string | null {
  const found = [...text.matchAll(/\$\$?([^$]+)\$\$?|\\\(([^]*?)\\\)|\\\[([^]*?)\\\]/g)].at(-1);
  return found?.[1] ?? found?.[2] ?? found?.[3] ?? null;
}

function tidy(text: string): string {
  return text.trim().replace(/[.,;:!?\s]+$/, (end) => (end.startsWith('!') ? '!' : ''));
}
