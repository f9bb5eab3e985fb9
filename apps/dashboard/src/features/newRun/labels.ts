/** @file Words for keys of the configuration. */

const LABELS: Readonly<Record<string, string>> = {
  kvHeads: 'Key/value heads',
  feedForward: 'Feed-forward width',
  ropeTheta: 'RoPE θ',
  tieEmbeddings: 'Tie embeddings',
  initStd: 'Initial std',
  promptsPerStep: 'Prompts per step',
  groupSize: 'Group size G',
  maxNewTokens: 'Max new tokens',
  epsilonLow: 'ε low',
  epsilonHigh: 'ε high',
  beta: 'β',
  beta1: 'β₁',
  beta2: 'β₂',
  epsilon: 'ε',
  kl: 'KL penalty',
  gradClip: 'Clip gradient norm at',
  promptSetVersionId: 'Prompt set',
  topK: 'Top k',
  topP: 'Top p',
  minP: 'Min p',
  gae: 'GAE',
  gamma: 'Discount γ',
  lambda: 'λ',
  xla: 'XLA',
  lora: 'LoRA',
  rank: 'Rank r',
  alpha: 'α',
  url: 'URL',
  tokenEnv: 'Token variable',
  memoryMb: 'Memory (MB)',
  timeoutMs: 'Timeout (ms)',
  passAt: 'pass@k for each k',
  sets: 'Evaluation sets',
  minimum: 'Min',
  path: 'Path',
};

const KINDS: Readonly<Record<string, string>> = {
  exact_match: 'exact match',
  partial_credit: 'partial credit',
  sort_digits: 'sort digits',
  reverse_text: 'reverse text',
  prompt_set: 'prompt set',
  json_schema: 'JSON schema',
  hugging_face: 'Hugging Face',
  scratch: 'from scratch',
};

/** "learningRate" → "Learning rate" */
export function labelOf(key: string): string {
  const known = LABELS[key];
  if (known !== undefined) return known;
  const words = key.replaceAll(/([A-Z])/g, ' $1').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The word for one alternative of a choice; technical names stay as they are written in YAML. */
export function kindLabel(kind: string): string {
  return KINDS[kind] ?? kind;
}
