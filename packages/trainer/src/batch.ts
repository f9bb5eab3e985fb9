/** @file Sequences of different lengths as rectangles: prompts padded on the left, completions on the right. */

/** Rows of token ids, [B, width]. */
export interface TokenRectangle {
  readonly ids: Int32Array;
  readonly rows: number;
  readonly width: number;
}

export interface PaddedPrompts extends TokenRectangle {
  /** [B], how many pads each row begins with. */
  readonly padding: Int32Array;
}

/**
 * The width for sequences of up to `longest` tokens: rounded up to a multiple of 4 (of 16 beyond 32), so that compiled functions
 * meet few shapes, but not beyond `bound`, the longest there can be.
 */
export function bucketWidth(longest: number, bound: number = Infinity): number {
  const unit = longest <= 32 ? 4 : 16;
  return Math.min(Math.ceil(longest / unit) * unit, bound);
}

/**
 * The same where every width costs seconds of compiling: `bound`, its half or its quarter, but no half below 32, where it would save
 * little.
 */
export function coarseWidth(longest: number, bound: number): number {
  return coarseWidths(bound).findLast((width) => width >= longest) ?? bound;
}

/** Those that `coarseWidth` may give, falling. */
export function coarseWidths(bound: number): readonly number[] {
  const halves = [Math.ceil(bound / 2), Math.ceil(bound / 4)];
  return [bound, ...halves.filter((width) => width >= 32)];
}

/**
 * The width for completions of which the longest has so many tokens, none of them more than `bound`: this, its half, its quarter, and
 * so on, so that few functions are recorded; not below 8, where a product costs the same.
 */
export function halvedWidth(longest: number, bound: number): number {
  let width = bound;
  for (let next = Math.ceil(width / 2); next >= longest && next >= 8; next = Math.ceil(width / 2))
    width = next;
  return width;
}

/** @throws RangeError if a prompt is empty or longer than the width. */
export function padPrompts(
  prompts: readonly (readonly number[])[],
  width: number,
  padId: number,
): PaddedPrompts {
  const ids = new Int32Array(prompts.length * width).fill(padId);
  const padding = Int32Array.from(prompts, (prompt, row) => {
    if (prompt.length === 0 || prompt.length > width)
      throw new RangeError(`prompt ${row} has ${prompt.length} tokens, not 1 to ${width}`);
    ids.set(prompt, (row + 1) * width - prompt.length);
    return width - prompt.length;
  });
  return { ids, padding, rows: prompts.length, width };
}

/** @throws RangeError if a completion is longer than the width. */
export function padCompletions(
  completions: readonly (readonly number[])[],
  width: number,
  padId: number,
): TokenRectangle {
  const ids = new Int32Array(completions.length * width).fill(padId);
  completions.forEach((completion, row) => {
    if (completion.length > width)
      throw new RangeError(`completion ${row} has ${completion.length} tokens, more than ${width}`);
    ids.set(completion, row * width);
  });
  return { ids, rows: completions.length, width };
}

/** Each prompt `times` times, one after another: [N, P] to [N · times, P]. */
export function repeatPrompts(prompts: PaddedPrompts, times: number): PaddedPrompts {
  const ids = new Int32Array(prompts.ids.length * times);
  const padding = new Int32Array(prompts.rows * times);
  for (let row = 0; row < padding.length; row++) {
    const source = Math.floor(row / times);
    ids.set(prompts.ids.subarray(source * prompts.width, (source + 1) * prompts.width), row * prompts.width);
    padding[row] = prompts.padding[source] ?? 0;
  }
  return { ids, padding, rows: padding.length, width: prompts.width };
}

/**
 * What the model reads to score completions: prompt and completion side by side without the last token, which predicts nothing
 * that is scored. [B, P + C − 1]; the logits at the last C places score the C completion tokens.
 */
export function modelInput(prompts: TokenRectangle, completions: TokenRectangle): TokenRectangle {
  if (prompts.rows !== completions.rows)
    throw new RangeError(`${prompts.rows} prompts for ${completions.rows} completions`);
  const width = prompts.width + completions.width - 1;
  const ids = new Int32Array(prompts.rows * width);
  for (let row = 0; row < prompts.rows; row++) {
    ids.set(prompts.ids.subarray(row * prompts.width, (row + 1) * prompts.width), row * width);
    const start = row * completions.width;
    ids.set(completions.ids.subarray(start, start + completions.width - 1), row * width + prompts.width);
  }
  return { ids, rows: prompts.rows, width };
}
