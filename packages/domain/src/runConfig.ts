/** @file The run configuration: one zod schema for the API, the dashboard's form, the worker and the command line. */
import { z } from 'zod';
import { BOUNDS } from './bounds.ts';

const positiveInt = (max: number) => z.int().min(1).max(max);
const probability = z.number().min(0).max(1);

/** A Llama-style decoder trained from scratch: RMSNorm, RoPE, SwiGLU, grouped-query attention. */
export const modelSchema = z
  .strictObject({
    layers: positiveInt(BOUNDS.maxLayers).default(4).describe('Transformer blocks'),
    width: positiveInt(BOUNDS.maxWidth).default(128).describe('Model width D'),
    heads: positiveInt(BOUNDS.maxHeads).default(4).describe('Query heads H'),
    kvHeads: positiveInt(BOUNDS.maxHeads)
      .optional()
      .describe('Key/value heads of grouped-query attention; as many as heads when absent'),
    feedForward: positiveInt(BOUNDS.maxFeedForward).default(512).describe('Inner width of SwiGLU'),
    ropeTheta: z.number().min(1).max(1e8).default(10_000).describe('Base of the rotary frequencies'),
    tieEmbeddings: z.boolean().default(false).describe('Use the input embedding as output projection too'),
    initStd: z.number().gt(0).max(1).default(0.02).describe('Standard deviation of the initial weights'),
  })
  .superRefine((model, context) => {
    if (model.width % model.heads !== 0)
      context.addIssue({
        code: 'custom',
        path: ['heads'],
        message: `width ${model.width} is not divisible by ${model.heads} heads`,
      });
    else if ((model.width / model.heads) % 2 !== 0)
      context.addIssue({
        code: 'custom',
        path: ['heads'],
        message: `the head width ${model.width / model.heads} must be even for rotary positions`,
      });
    if (model.kvHeads !== undefined && model.heads % model.kvHeads !== 0)
      context.addIssue({
        code: 'custom',
        path: ['kvHeads'],
        message: `${model.heads} heads cannot be shared evenly by ${model.kvHeads} key/value heads`,
      });
  });

export const tokenizerSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('char'),
    alphabet: z
      .string()
      .min(1)
      .max(512)
      .refine(
        (text) => new Set(text).size === Array.from(text).length,
        'a character stands in the alphabet twice',
      )
      .optional()
      .describe(
        'One token per character; the built-in task’s own, or printable ASCII and newline, when absent',
      ),
  }),
  z.strictObject({ kind: z.literal('byte') }),
]);

const digits = positiveInt(8);
const range = (value: { min: number; max: number }) => value.min <= value.max;
const rangeMessage = { error: 'min is larger than max', path: ['max'] };

/** Where prompts come from. Built-in tasks generate theirs, with verifiable answers, from the run's seed. */
export const taskSchema = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('addition'),
      digits: z
        .strictObject({ min: digits, max: digits })
        .refine(range, rangeMessage)
        .default({ min: 1, max: 2 }),
    })
    .describe('"12+34=" → "46"'),
  z
    .strictObject({
      kind: z.literal('sort_digits'),
      length: z
        .strictObject({ min: positiveInt(32), max: positiveInt(32) })
        .refine(range, rangeMessage)
        .default({ min: 3, max: 6 }),
    })
    .describe('"3142>" → "1234"'),
  z
    .strictObject({
      kind: z.literal('reverse_text'),
      length: z
        .strictObject({ min: positiveInt(32), max: positiveInt(32) })
        .refine(range, rangeMessage)
        .default({ min: 3, max: 6 }),
    })
    .describe('"abc>" → "cba"'),
  z
    .strictObject({
      kind: z.literal('countdown'),
      numbers: z.int().min(2).max(5).default(3).describe('How many numbers are given'),
      maxNumber: z.int().min(2).max(99).default(9),
    })
    .describe(
      '"3 5 2:11>" → an expression over the given numbers, each used at most once, that reaches the target',
    ),
  z
    .strictObject({ kind: z.literal('prompt_set'), promptSetVersionId: z.string().min(1) })
    .describe('A version of a prompt set stored in Nabla'),
  z
    .strictObject({ kind: z.literal('file'), path: z.string().min(1) })
    .describe('A JSONL file with prompt and answer, for `nabla train`'),
]);

const componentName = z
  .string()
  .regex(
    /^[a-z][a-z0-9_]{0,39}$/,
    'a component name has 1-40 lower-case letters, digits and underscores and begins with a letter',
  );
const component = { name: componentName, weight: z.number().min(-1000).max(1000).default(1) };

/** A named component of the reward; the reward is the weighted sum of the components. */
export const rewardSchema = z.discriminatedUnion('kind', [
  z
    .strictObject({ kind: z.literal('exact_match'), ...component })
    .describe('1 if the completion is the answer (for countdown: any right expression), else 0'),
  z
    .strictObject({
      kind: z.literal('format'),
      ...component,
      pattern: z
        .string()
        .min(1)
        .max(500)
        .refine(isRegExp, 'is not a valid regular expression')
        .describe('JavaScript regular expression the whole completion must match'),
    })
    .describe('1 if the completion has the required form, else 0'),
  z
    .strictObject({ kind: z.literal('partial_credit'), ...component })
    .describe('Share of answer characters that are right at their place, less what is too long, in [0, 1]'),
  z
    .strictObject({
      kind: z.literal('length'),
      ...component,
      target: positiveInt(BOUNDS.maxNewTokens).describe('Tokens with full credit'),
      tolerance: positiveInt(BOUNDS.maxNewTokens)
        .default(1)
        .describe('Tokens off the target at which the credit reaches 0'),
    })
    .describe('1 − |tokens − target| / tolerance, at least 0'),
  z
    .strictObject({
      kind: z.literal('module'),
      ...component,
      path: z
        .string()
        .min(1)
        .max(500)
        .describe('JavaScript module on the worker, relative to its rewards folder'),
    })
    .describe('Default export ({ prompt, completion, answer }) => number | null'),
]);

export const scheduleSchema = z.strictObject({
  kind: z.enum(['constant', 'linear', 'cosine']).default('constant').describe('Shape after the warm-up'),
  warmupSteps: z.int().min(0).max(BOUNDS.maxStepsPerStage).default(0).describe('Steps of linear rise from 0'),
  finalFraction: probability
    .default(0.1)
    .describe('Last learning rate as a fraction of the peak (linear, cosine)'),
});

export const optimizerSchema = z.strictObject({
  kind: z.literal('adamw').default('adamw'),
  learningRate: z.number().gt(0).max(1).default(1e-3),
  beta1: z.number().min(0).lt(1).default(0.9),
  beta2: z.number().min(0).lt(1).default(0.99),
  epsilon: z.number().gt(0).max(1).default(1e-8),
  weightDecay: z.number().min(0).max(1).default(0).describe('Decoupled weight decay, on matrices only'),
  gradClip: z
    .number()
    .gt(0)
    .max(1e6)
    .nullable()
    .default(1)
    .describe('Global gradient norm above which the gradient is scaled down; null: never'),
  schedule: scheduleSchema.prefault({}),
});

/** Supervised warm-up: next-token cross-entropy on the answers. */
export const warmupSchema = z.strictObject({
  steps: positiveInt(BOUNDS.maxStepsPerStage),
  batchSize: positiveInt(BOUNDS.maxCompletionsPerStep).default(64),
  optimizer: optimizerSchema.prefault({}),
  path: z
    .string()
    .min(1)
    .optional()
    .describe('JSONL file with prompt and answer; the task’s own pairs when absent'),
});

export const ADVANTAGES = ['none', 'batch_mean', 'rloo', 'group_mean', 'group_norm'] as const;
export const LOSSES = ['reinforce', 'clip'] as const;
export const AGGREGATIONS = ['sequence_sum', 'token_mean', 'sequence_mean', 'constant'] as const;

export const policyGradientSchema = z
  .strictObject({
    steps: positiveInt(BOUNDS.maxStepsPerStage),
    promptsPerStep: positiveInt(BOUNDS.maxPromptsPerStep).default(8),
    groupSize: positiveInt(BOUNDS.maxGroupSize).default(8).describe('Completions per prompt G'),
    maxNewTokens: positiveInt(BOUNDS.maxNewTokens)
      .default(16)
      .describe('Completion tokens at most, end of sequence included'),
    temperature: z
      .number()
      .gt(0)
      .max(10)
      .default(1)
      .describe('Divides the logits in sampling and in training alike'),
    advantage: z.enum(ADVANTAGES).default('rloo'),
    loss: z.enum(LOSSES).default('reinforce'),
    aggregation: z
      .enum(AGGREGATIONS)
      .optional()
      .describe('sequence_sum for reinforce, sequence_mean for clip, when absent'),
    epsilonLow: probability.default(0.2),
    epsilonHigh: z.number().min(0).max(10).default(0.2),
    innerEpochs: positiveInt(BOUNDS.maxInnerEpochs)
      .default(1)
      .describe('Updates on the same completions; more than 1 needs the clip loss'),
    microBatchSize: positiveInt(BOUNDS.maxCompletionsPerStep)
      .optional()
      .describe('Completions per backward pass (gradient accumulation); changes memory, never the gradient'),
    kl: z
      .strictObject({
        beta: z
          .number()
          .min(0)
          .max(100)
          .default(0)
          .describe('Weight of the penalty: signal = advantage − beta·k1'),
        reference: z.literal('initial').default('initial').describe('The policy at the start of this stage'),
      })
      .prefault({}),
    // A rate that suits cross-entropy lets a sampled gradient destroy the policy within a few steps.
    optimizer: optimizerSchema.prefault({ learningRate: 3e-4 }),
  })
  .superRefine((pg, context) => {
    const completions = pg.promptsPerStep * pg.groupSize;
    const issue = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (completions > BOUNDS.maxCompletionsPerStep)
      issue(
        'groupSize',
        `promptsPerStep × groupSize is ${completions}; the bound is ${BOUNDS.maxCompletionsPerStep} completions per step`,
      );
    if (
      (pg.advantage === 'rloo' || pg.advantage === 'group_norm' || pg.advantage === 'group_mean') &&
      pg.groupSize < 2
    )
      issue('groupSize', `${pg.advantage} compares completions of one prompt: groupSize must be at least 2`);
    if (pg.innerEpochs > 1 && pg.loss === 'reinforce')
      issue(
        'innerEpochs',
        'reinforce has no ratio to correct for stale completions: more than one inner epoch needs the clip loss',
      );
  });

/** What a run is. Validated once, by whoever makes the run; stored with its canonical hash. */
export const runConfigSchema = z
  .strictObject({
    name: z.string().trim().min(1).max(BOUNDS.maxNameChars).describe('Name of the run'),
    seed: z
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .default(1)
      .describe('Seeds weights, prompts and sampling: the same seed replays the run'),
    backend: z
      .enum(['auto', 'native', 'wasm'])
      .default('auto')
      .describe('auto: native where the worker has it'),
    model: modelSchema.prefault({}),
    tokenizer: tokenizerSchema.default({ kind: 'char' }),
    task: taskSchema,
    rewards: z
      .array(rewardSchema)
      .min(1)
      .max(BOUNDS.maxRewards)
      .default([{ kind: 'exact_match', name: 'exact', weight: 1 }]),
    warmup: warmupSchema.optional().describe('Optional supervised stage before the policy gradient'),
    policyGradient: policyGradientSchema,
    checkpoint: z
      .strictObject({
        everySteps: positiveInt(BOUNDS.maxStepsPerStage).default(50),
        keepLast: positiveInt(1000)
          .default(3)
          .describe('Older checkpoints are removed, the last of the run never'),
      })
      .prefault({}),
    record: z
      .strictObject({
        completionsEverySteps: positiveInt(BOUNDS.maxStepsPerStage)
          .default(1)
          .describe('Completions are stored for every n-th step'),
        tokens: z.boolean().default(true).describe('Store token ids and per-token log-probabilities too'),
      })
      .prefault({}),
  })
  .superRefine((config, context) => {
    const names = config.rewards.map((reward) => reward.name);
    names.forEach((name, index) => {
      if (names.indexOf(name) !== index)
        context.addIssue({
          code: 'custom',
          path: ['rewards', index, 'name'],
          message: `two reward components are called "${name}"`,
        });
    });
    if (config.policyGradient.maxNewTokens >= BOUNDS.maxContextTokens)
      context.addIssue({
        code: 'custom',
        path: ['policyGradient', 'maxNewTokens'],
        message: `leaves no room for a prompt in ${BOUNDS.maxContextTokens} tokens`,
      });
  });

/** A validated configuration, all defaults filled in. */
export type RunConfig = z.output<typeof runConfigSchema>;
/** What a person writes: defaults may be left out. */
export type RunConfigInput = z.input<typeof runConfigSchema>;
export type ModelConfig = RunConfig['model'];
export type TokenizerConfig = RunConfig['tokenizer'];
export type TaskConfig = RunConfig['task'];
export type RewardConfig = RunConfig['rewards'][number];
export type OptimizerConfig = z.output<typeof optimizerSchema>;
export type WarmupConfig = z.output<typeof warmupSchema>;
export type PolicyGradientConfig = RunConfig['policyGradient'];
export type Advantage = (typeof ADVANTAGES)[number];
export type Loss = (typeof LOSSES)[number];
export type Aggregation = (typeof AGGREGATIONS)[number];

/** Steps of all stages. Step numbers run from 1 through the warm-up into the policy gradient without a gap. */
export function totalSteps(config: Pick<RunConfig, 'warmup' | 'policyGradient'>): number {
  return (config.warmup?.steps ?? 0) + config.policyGradient.steps;
}

/** The aggregation in force: the chosen one, else the loss's usual one. */
export function aggregationOf(config: PolicyGradientConfig): Aggregation {
  return config.aggregation ?? (config.loss === 'reinforce' ? 'sequence_sum' : 'sequence_mean');
}

function isRegExp(text: string): boolean {
  try {
    new RegExp(text, 'u');
    return true;
  } catch {
    return false;
  }
}
