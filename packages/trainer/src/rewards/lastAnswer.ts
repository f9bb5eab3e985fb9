/** @file Where the answer stands in a text that says more than the answer. */

import { lastClock, splitUnit } from './textAnswer.ts';

const BOXED = '\\boxed{';

/** What stands in the last \boxed{…} that ends (braces may be nested); null where there is none. */
export function lastBoxed(text: string): string | null {
  // Where the open braces' contents begin; −1 for braces of other things.
  const open: number[] = [];
  let found: readonly [number, number] | null = null;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === '\\') {
      if (text.startsWith(BOXED, index)) {
        index += BOXED.length - 1;
        open.push(index + 1);
      } else if (!text.startsWith(BOXED, index + 1)) index += 1;
    } else if (character === '{') open.push(-1);
    else if (character === '}') {
      const from = open.pop() ?? -1;
      if (from > (found?.[0] ?? -1)) found = [from, index];
    }
  }
  return found === null ? null : text.slice(...found);
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
 * <answer>…</answer>, then what follows "####", then the last $…$, \(…\) or \[…\]. Without any, it is an end of the last line: a
 * clock time, then what follows its last "=" or ":", then shorter and shorter ends of that, word by word.
 */
export function lastMath(text: string): string[] {
  const marked = lastBoxed(text) ?? lastTagged(text) ?? lastHashed(text) ?? lastDelimited(text);
  if (marked !== null) return [tidy(withoutMarks(marked))];
  const line = tidy(text.trimEnd().split('\n').at(-1) ?? '');
  const end = tidy(line.slice(line.lastIndexOf('=') + 1));
  const said = tidy(end.slice(end.lastIndexOf(':') + 1));
  const words = said.split(/\s+/).slice(-MAX_WORDS);
  const clock = lastClock(line);
  return [
    ...(clock === null ? [] : [clock]),
    // A line without prose may be an equation: it is looked at whole.
    ...(isProse(line) ? [] : [line]),
    ...words
      .map((_, index) => words.slice(index).join(' '))
      .filter((candidate, index) => !isProse(splitUnit(candidate).amount) || index === words.length - 1),
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

/** What opens a formula, and what ends it. A later opening of \( or \[ counts for an earlier one that did not end. */
function lastDelimited(text: string): string | null {
  let found: string | null = null;
  let open: { readonly closing: string; readonly from: number } | null = null;
  for (const { 0: mark, index } of text.matchAll(/\\[$()[\]]|\$\$?/g)) {
    if (mark === '\\$') continue;
    const isOpening = mark === '\\(' || mark === '\\[';
    if (open !== null && !isOpening && closes(mark, open.closing)) {
      if (text.slice(open.from, index).trim() !== '') found = text.slice(open.from, index);
      open = null;
    } else if (isOpening) open = { closing: mark === '\\(' ? '\\)' : '\\]', from: index + mark.length };
    else if (open === null && mark.startsWith('$')) open = { closing: '$', from: index + mark.length };
  }
  return found;
}

function closes(mark: string, closing: string): boolean {
  return closing === '$' ? mark.startsWith('$') : mark === closing;
}

function tidy(text: string): string {
  return text.trim().replace(/[.,;:!?\s]+$/, (end) => (end.startsWith('!') ? '!' : ''));
}
