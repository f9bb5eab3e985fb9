/** @file Configurations to start from. A preset is only a set of choices of the schema. */
import type { RunConfigInput } from './config/runConfig.ts';

export interface RunPreset {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly config: RunConfigInput;
}

/**
 * The run that a fresh installation starts by itself. The warm-up stops early on purpose: its policy sorts a quarter of the
 * lists, so that there is something to reward and something left to learn. Initial weights of deviation 0.06 (for a width of
 * 96) learn several times faster than the default, which suits wider models.
 */
const demo: RunConfigInput = {
  name: 'sort-rloo',
  seed: 1,
  model: { kind: 'scratch', layers: 2, width: 96, heads: 4, kvHeads: 2, feedForward: 256, initStd: 0.06 },
  tokenizer: { kind: 'char' },
  task: { kind: 'sort_digits', length: { min: 6, max: 8 } },
  rewards: [{ kind: 'exact_match', name: 'exact', weight: 1 }],
  warmup: { steps: 75, batchSize: 64, optimizer: { learningRate: 2e-3 } },
  policyGradient: {
    steps: 600,
    promptsPerStep: 32,
    groupSize: 8,
    maxNewTokens: 9,
    advantage: 'rloo',
    optimizer: { learningRate: 2e-4, schedule: { kind: 'cosine', warmupSteps: 10 } },
  },
  record: { completionsEverySteps: 5 },
};

/** Stands where a preset cannot know the model: the form asks for another one. */
export const MODEL_PLACEHOLDER = './path/to/model/directory';

export const PRESETS: readonly RunPreset[] = [
  {
    name: 'demo',
    title: 'Sort digits, RLOO',
    description:
      'Sorts six to eight digits: a short warm-up, then REINFORCE with a leave-one-out baseline. A minute or two on two cores.',
    config: demo,
  },
  {
    name: 'sort_grpo',
    title: 'Sort digits, GRPO',
    description:
      'Group-normalised advantages, clipped ratio, two inner epochs, a small KL to the policy after warm-up.',
    config: {
      name: 'sort-grpo',
      model: { kind: 'scratch', layers: 2, width: 96, heads: 4, feedForward: 256, initStd: 0.06 },
      task: { kind: 'sort_digits', length: { min: 5, max: 8 } },
      rewards: [
        { kind: 'exact_match', name: 'exact', weight: 1 },
        { kind: 'partial_credit', name: 'partial', weight: 0.5 },
      ],
      warmup: { steps: 80, optimizer: { learningRate: 2e-3 } },
      policyGradient: {
        steps: 500,
        promptsPerStep: 32,
        groupSize: 8,
        maxNewTokens: 9,
        advantage: 'group_norm',
        loss: 'clip',
        innerEpochs: 2,
        kl: { beta: 0.01 },
        optimizer: { learningRate: 2e-4, schedule: { kind: 'cosine', warmupSteps: 10 } },
      },
    },
  },
  {
    name: 'reverse_dr_grpo',
    title: 'Reverse text, Dr. GRPO',
    description: 'Mean-only group baseline and a constant length normaliser: no length bias.',
    config: {
      name: 'reverse-dr-grpo',
      model: { kind: 'scratch', layers: 2, width: 96, heads: 4, feedForward: 256, initStd: 0.06 },
      task: { kind: 'reverse_text', length: { min: 3, max: 5 } },
      rewards: [
        { kind: 'exact_match', name: 'exact', weight: 1 },
        { kind: 'partial_credit', name: 'partial', weight: 0.5 },
      ],
      warmup: { steps: 90, optimizer: { learningRate: 2e-3 } },
      policyGradient: {
        steps: 400,
        promptsPerStep: 32,
        groupSize: 8,
        maxNewTokens: 8,
        advantage: 'group_mean',
        loss: 'clip',
        aggregation: 'constant',
        optimizer: { learningRate: 3e-4, schedule: { kind: 'cosine', warmupSteps: 10 } },
      },
    },
  },
  {
    name: 'countdown_rloo',
    title: 'Countdown, RLOO',
    description:
      'Reach a number with the given ones: several right answers, checked by evaluating the expression.',
    config: {
      name: 'countdown-rloo',
      model: { kind: 'scratch', layers: 3, width: 128, heads: 4, feedForward: 384, initStd: 0.06 },
      task: { kind: 'countdown', numbers: 3, maxNumber: 9 },
      rewards: [
        { kind: 'exact_match', name: 'solved', weight: 1 },
        { kind: 'format', name: 'format', weight: 0.1, pattern: '[0-9+*()\\-]+' },
      ],
      warmup: { steps: 300, optimizer: { learningRate: 2e-3 } },
      policyGradient: {
        steps: 500,
        promptsPerStep: 16,
        groupSize: 8,
        maxNewTokens: 16,
        advantage: 'rloo',
        optimizer: { learningRate: 3e-4, schedule: { kind: 'cosine', warmupSteps: 10 } },
      },
    },
  },
  {
    name: 'own_prompts',
    title: 'Own prompts, RLOO',
    description:
      'A prompt set of yours with answers: choose it under task, then warm-up on its answers and train on exact match.',
    config: {
      name: 'own-prompts',
      task: { kind: 'prompt_set', promptSetVersionId: 'choose a prompt set' },
      rewards: [
        { kind: 'exact_match', name: 'exact', weight: 1 },
        { kind: 'partial_credit', name: 'partial', weight: 0.3 },
      ],
      model: { kind: 'scratch', layers: 2, width: 96, heads: 4, feedForward: 256, initStd: 0.06 },
      warmup: { steps: 100, optimizer: { learningRate: 2e-3 } },
      policyGradient: {
        steps: 200,
        promptsPerStep: 16,
        groupSize: 8,
        maxNewTokens: 24,
        kl: { beta: 0.02 },
        optimizer: { learningRate: 2e-4, schedule: { kind: 'cosine', warmupSteps: 10 } },
      },
    },
  },
  {
    name: 'hugging_face_grpo',
    title: 'Fine-tune a Hugging Face model, LoRA, GRPO (needs its path)',
    description:
      'For a model such as Qwen2.5: set model.source to a directory on the worker, and choose a prompt set with answers. Adapters of rank 16, chat prompts, held-out accuracy every 20 steps.',
    config: {
      name: 'qwen-grpo-lora',
      model: {
        kind: 'hugging_face',
        source: MODEL_PLACEHOLDER,
        promptFormat: 'chat',
        lora: { rank: 16, alpha: 32 },
        maxContextTokens: 1024,
      },
      tokenizer: { kind: 'model' },
      task: { kind: 'prompt_set', promptSetVersionId: 'choose a prompt set' },
      rewards: [{ kind: 'math', name: 'right' }],
      policyGradient: {
        steps: 200,
        promptsPerStep: 8,
        groupSize: 8,
        maxNewTokens: 256,
        advantage: 'group_norm',
        loss: 'clip',
        aggregation: 'sequence_mean',
        microBatchSize: 8,
        kl: { beta: 0.04, estimator: 'k3', placement: 'loss' },
        optimizer: { learningRate: 1e-5, schedule: { kind: 'cosine', warmupSteps: 10 } },
      },
      evaluation: {
        everySteps: 20,
        sets: [
          {
            name: 'held_out',
            task: { kind: 'prompt_set', promptSetVersionId: 'choose another prompt set' },
            prompts: 64,
          },
        ],
      },
      checkpoint: { everySteps: 20, keepBest: 1, bestMetric: 'eval/held_out/accuracy' },
    },
  },
];

export function preset(name: string): RunPreset {
  const found = PRESETS.find((candidate) => candidate.name === name);
  if (!found)
    throw new Error(
      `unknown preset "${name}"; there are ${PRESETS.map((candidate) => candidate.name).join(', ')}`,
    );
  return found;
}
