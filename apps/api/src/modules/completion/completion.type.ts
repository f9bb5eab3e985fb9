/** @file What the policy wrote, what it was rewarded and what the update did to it. */
import { completionId } from '@nabla/db';
import { enumType, inputObjectType, intArg, objectType, stringArg } from 'nexus';
import { connectionTypes } from '../../relay/connectionTypes.ts';
import { visibleVerdicts } from '../review/review.visibility.ts';

export const Completion = objectType({
  name: 'Completion',
  definition(t) {
    t.implements('Node');
    t.nonNull.field('run', {
      type: 'Run',
      resolve: (completion, _, ctx) => ctx.loaders.run.load(completion.runId),
    });
    t.nonNull.int('step');
    t.nonNull.int('index');
    t.string('evaluationSet', {
      description: 'The evaluation set it was sampled for; null when it was trained on.',
    });
    t.boolean('greedy', {
      description:
        'Of an evaluation: whether it is the one of the likeliest tokens, which comes first of its prompt, or a sample. Null when it was trained on.',
      resolve: (completion, _, ctx) =>
        completion.evaluationSet === null ? null : ctx.loaders.completionGreedy.load(completion),
    });
    t.nonNull.int('group', {
      description: 'Which prompt of the step (0-based) it answers; completions of one group share it.',
    });
    t.nonNull.string('promptText');
    t.string('answer');
    t.nonNull.string('text');
    t.nonNull.int('tokenCount');
    t.nonNull.boolean('truncated');
    t.float('reward', { description: 'Weighted sum of the components; null when it could not be computed.' });
    t.nonNull.list.nonNull.field('rewards', {
      type: 'RewardComponent',
      resolve: (completion, _, ctx) => ctx.loaders.completionRewards.load(completion),
    });
    t.float('advantage');
    t.float('signal');
    t.float('kl', {
      description: 'Sum over tokens of log π_θ − log π_ref under the policy that sampled it (nats).',
    });
    t.float('logp', {
      description:
        "Sum of the tokens' log-probabilities when sampled, under the reference, and after the update (nats).",
    });
    t.float('refLogp');
    t.float('updatedLogp');
    t.field('tokens', {
      type: 'CompletionTokens',
      resolve: (completion, _, ctx) => ctx.loaders.completionTokens.load(completion),
    });
    t.field('myVerdict', {
      type: 'Verdict',
      description: 'Own verdict, if any.',
      resolve: async (completion, _, ctx) => (await visibleVerdicts(ctx, completion)).own,
    });
    t.nonNull.list.nonNull.field('verdicts', {
      type: 'Verdict',
      description:
        "Current verdicts. Whoever may judge sees others' only after giving an own one; until then the list is empty and verdictsHidden is true.",
      resolve: async (completion, _, ctx) => (await visibleVerdicts(ctx, completion)).verdicts,
    });
    t.nonNull.boolean('verdictsHidden', {
      resolve: async (completion, _, ctx) => (await visibleVerdicts(ctx, completion)).hidden,
    });
    t.nonNull.int('verdictCount', {
      resolve: async (completion, _, ctx) => (await visibleVerdicts(ctx, completion)).count,
    });
    t.nonNull.int('commentCount', {
      resolve: (completion, _, ctx) => ctx.loaders.completionCommentCount.load(completion),
    });
    t.nonNull.field('comments', {
      type: 'CommentConnection',
      description: 'Oldest first.',
      args: { first: intArg(), after: stringArg() },
      resolve: (completion, args, ctx) => ctx.loaders.completionComments.load(completionId(completion), args),
    });
  },
});

export const CompletionConnectionTypes = connectionTypes(Completion);

export const RewardComponent = objectType({
  name: 'RewardComponent',
  definition(t) {
    t.nonNull.string('name', { resolve: (reward) => reward.component });
    t.float('value', { description: 'As the component gave it.' });
    t.float('used', {
      description:
        'What entered the sum, after clipping and normalising; null when the trainer did not tell.',
    });
    t.nonNull.float('weight');
    t.nonNull.string('version');
    t.string('error');
  },
});

export const CompletionTokens = objectType({
  name: 'CompletionTokens',
  definition(t) {
    t.nonNull.field('tokenIds', { type: 'Int32Base64' });
    t.nonNull.list.nonNull.string('pieces');
    t.nonNull.field('logp', { type: 'Float32Base64' });
    t.field('refLogp', { type: 'Float32Base64' });
    t.field('updatedLogp', { type: 'Float32Base64' });
  },
});

export const CompletionOrderField = enumType({
  name: 'CompletionOrderField',
  members: ['STEP', 'REWARD', 'ADVANTAGE', 'KL', 'DELTA_LOGP'],
});

export const CompletionOrder = inputObjectType({
  name: 'CompletionOrder',
  definition(t) {
    t.nonNull.field('field', { type: 'CompletionOrderField' });
    t.nonNull.field('direction', { type: 'Direction' });
  },
});

export const FloatRange = inputObjectType({
  name: 'FloatRange',
  definition(t) {
    t.float('gte');
    t.float('lte');
  },
});

export const IntRange = inputObjectType({
  name: 'IntRange',
  definition(t) {
    t.int('gte');
    t.int('lte');
  },
});

export const CompletionFilter = inputObjectType({
  name: 'CompletionFilter',
  definition(t) {
    t.list.nonNull.field('and', { type: 'CompletionFilter' });
    t.list.nonNull.field('or', { type: 'CompletionFilter' });
    t.field('not', { type: 'CompletionFilter' });
    t.list.nonNull.id('ids');
    t.string('evaluationSet', {
      description:
        'Completions of this evaluation set; null: those trained on, which is meant too when no part of the filter has this field (or ids).',
    });
    t.field('step', { type: 'IntRange' });
    t.int('group');
    t.string('text', { description: 'Part of the prompt or of the completion, in any case.' });
    t.field('reward', { type: 'FloatRange' });
    t.field('rewardComponent', { type: 'RewardComponentCondition' });
    t.field('advantage', { type: 'FloatRange' });
    t.boolean('truncated');
    t.boolean('rewardNull');
    t.boolean('judgedByMe');
    t.boolean('hasVerdict', {
      description: 'Of anybody; tells that there is one (as verdictCount does), not what it says.',
    });
  },
});

export const RewardComponentCondition = inputObjectType({
  name: 'RewardComponentCondition',
  definition(t) {
    t.nonNull.string('name');
    t.float('gte');
    t.float('lte');
  },
});
