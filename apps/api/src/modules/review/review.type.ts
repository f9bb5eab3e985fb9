/** @file What people say of completions. */
import { enumType, inputObjectType, objectType } from 'nexus';

export const VerdictValue = enumType({ name: 'VerdictValue', members: ['GOOD', 'BAD', 'UNSURE'] });

export const Verdict = objectType({
  name: 'Verdict',
  definition(t) {
    t.implements('Node');
    t.nonNull.field('completion', {
      type: 'Completion',
      resolve: (verdict, _, ctx) => ctx.loaders.completion.load(verdict),
    });
    t.nonNull.field('author', {
      type: 'User',
      resolve: (verdict, _, ctx) => ctx.loaders.user.load(verdict.authorId),
    });
    t.nonNull.field('value', { type: 'VerdictValue' });
    t.nonNull.string('note');
    t.nonNull.field('createdAt', { type: 'DateTime' });
  },
});

export const ReviewProgress = objectType({
  name: 'ReviewProgress',
  definition(t) {
    t.nonNull.int('judgedByMe');
    t.nonNull.int('total');
    t.nonNull.int('reviewers');
  },
});

export const VerdictPayload = objectType({
  name: 'VerdictPayload',
  definition(t) {
    t.implements('MutationPayload');
    t.field('verdict', { type: 'Verdict' });
    t.field('completion', { type: 'Completion' });
  },
});

export const VerdictAdded = objectType({
  name: 'VerdictAdded',
  definition(t) {
    t.nonNull.field('completion', {
      type: 'Completion',
      resolve: (event, _, ctx) => ctx.loaders.completion.load(event),
    });
    t.nonNull.field('author', {
      type: 'User',
      resolve: (event, _, ctx) => ctx.loaders.user.load(event.authorId),
    });
  },
});

export const GiveVerdictInput = inputObjectType({
  name: 'GiveVerdictInput',
  definition(t) {
    t.nonNull.id('completionId');
    t.nonNull.field('value', { type: 'VerdictValue' });
    t.string('note');
  },
});
