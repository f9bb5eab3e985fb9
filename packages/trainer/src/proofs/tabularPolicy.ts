/**
 * @file A policy small enough to enumerate, in doubles: two prompts, four tokens of which the last ends a completion, at most
 * three tokens. Its parameters are one logit per prompt, prefix and token, so that nothing is shared and nothing can hide.
 */
export const PROMPTS = 2;
export const TOKENS = 4;
export const END = 3;
export const MAX_TOKENS = 3;

/** Prefixes without an end: 1 + 3 + 9. */
const PREFIXES = 13;
export const PARAMETERS = PROMPTS * PREFIXES * TOKENS;

export interface Completion {
  readonly prompt: number;
  readonly tokens: readonly number[];
  /** Where each token's logits begin among the parameters. */
  readonly places: readonly number[];
}

/**
 * Every completion of a prompt: 1 + 3 + 36 = 40 of up to three tokens. The longest may lack their end.
 * @param maxTokens 1 to 3
 */
export function completionsOf(prompt: number, maxTokens = MAX_TOKENS): Completion[] {
  const grow = (tokens: readonly number[]): number[][] =>
    Array.from({ length: TOKENS }, (_, token) => [...tokens, token]).flatMap((longer) =>
      longer.at(-1) === END || longer.length === maxTokens ? [longer] : grow(longer),
    );
  return grow([]).map((tokens) => ({
    prompt,
    tokens,
    places: tokens.map((_, t) => placeOf(prompt, tokens.slice(0, t))),
  }));
}

/** log π(o_t | q, o_<t) of each token. */
export function tokenLogps(parameters: readonly number[], { tokens, places }: Completion): number[] {
  return tokens.map((token, t) => {
    const logits = logitsAt(parameters, places[t] ?? NaN);
    return (logits[token] ?? NaN) - Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
  });
}

export function probability(parameters: readonly number[], completion: Completion): number {
  return Math.exp(tokenLogps(parameters, completion).reduce((sum, logp) => sum + logp, 0));
}

/** Adds `scale` · ∇ log π(o_t | q, o_<t) to a gradient: 1[token] − π at the token's place. */
export function addTokenScore(
  gradient: number[],
  parameters: readonly number[],
  { tokens, places }: Completion,
  t: number,
  scale: number,
): void {
  const place = places[t] ?? NaN;
  const probabilities = distributionAt(parameters, place);
  probabilities.forEach((chance, token) => {
    gradient[place + token] =
      (gradient[place + token] ?? NaN) + scale * ((token === tokens[t] ? 1 : 0) - chance);
  });
}

/** Entropy of the next-token distribution at each token of a completion, nats. */
export function tokenEntropies(parameters: readonly number[], { places }: Completion): number[] {
  return places.map((place) =>
    distributionAt(parameters, place).reduce((sum, chance) => sum - chance * Math.log(chance), 0),
  );
}

/** Logits at each token of a completion, [MAX_TOKENS, TOKENS]; 0 where it has none. */
export function tokenLogits(parameters: readonly number[], { places }: Completion): number[] {
  return Array.from({ length: MAX_TOKENS }, (_, t) => {
    const place = places[t];
    return place === undefined ? Array.from({ length: TOKENS }, () => 0) : logitsAt(parameters, place);
  }).flat();
}

/** The gradient of any function of the parameters by central differences: error ε²/6 f''' ≈ 1e-9 of it, rounding 1e-16/ε. */
export function differentiate(
  objective: (parameters: readonly number[]) => number,
  parameters: readonly number[],
): number[] {
  const epsilon = 1e-4;
  return parameters.map((value, index) => {
    const [above, below] = [epsilon, -epsilon].map((offset) =>
      objective(parameters.with(index, value + offset)),
    );
    return ((above ?? NaN) - (below ?? NaN)) / (2 * epsilon);
  });
}

/** Parameters of no particular form, between −spread and spread. */
export function irregularParameters(spread: number, phase: number): number[] {
  return Array.from(
    { length: PARAMETERS },
    (_, index) => spread * Math.sin(phase + 2.3 * index + 0.7 * index ** 1.5),
  );
}

function placeOf(prompt: number, prefix: readonly number[]): number {
  const [first, second] = prefix;
  const index = first === undefined ? 0 : second === undefined ? 1 + first : 4 + 3 * first + second;
  return (prompt * PREFIXES + index) * TOKENS;
}

function logitsAt(parameters: readonly number[], place: number): number[] {
  return parameters.slice(place, place + TOKENS);
}

function distributionAt(parameters: readonly number[], place: number): number[] {
  const exps = logitsAt(parameters, place).map((logit) => Math.exp(logit));
  const total = exps.reduce((sum, value) => sum + value, 0);
  return exps.map((value) => value / total);
}
