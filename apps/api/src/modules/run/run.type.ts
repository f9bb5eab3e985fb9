/** @file A training run: where it stands, what it does, and what hangs below it. */
import { RUN_COMMANDS, RUN_STAGES, RUN_STATUSES, runConfigToYaml } from '@nabla/domain';
import { enumType, intArg, list, nonNull, objectType, stringArg } from 'nexus';
import { connectionTypes } from '../../relay/connectionTypes.ts';

export const RunStatus = enumType({ name: 'RunStatus', members: [...RUN_STATUSES] });
export const RunStage = enumType({ name: 'RunStage', members: [...RUN_STAGES] });
export const RunCommand = enumType({
  name: 'RunCommand',
  description: 'What a user asked of a run that its worker has not yet carried out.',
  members: [...RUN_COMMANDS],
});

export const Run = objectType({
  name: 'Run',
  definition(t) {
    t.implements('Node');
    t.nonNull.field('project', {
      type: 'Project',
      resolve: (run, _, ctx) => ctx.loaders.project.load(run.projectId),
    });
    t.nonNull.int('number');
    t.nonNull.string('name');
    t.nonNull.field('status', { type: 'RunStatus' });
    t.field('stage', { type: 'RunStage' });
    t.field('pendingCommand', {
      type: 'RunCommand',
      description:
        'Set while a pause, a cancel or a checkpoint that was asked for waits for the worker to act.',
    });
    t.nonNull.int('step', {
      description: 'Last step recorded (0 before the first) and the number of steps of all stages.',
    });
    t.nonNull.int('totalSteps');
    t.nonNull.field('config', { type: 'JSON' });
    t.nonNull.string('configYaml', {
      resolve: (run) => (run.configYaml === '' ? runConfigToYaml(run.config) : run.configYaml),
    });
    t.nonNull.string('configHash');
    t.nonNull.list.nonNull.string('tags', { resolve: (run, _, ctx) => ctx.loaders.runTags.load(run.id) });
    t.nonNull.string('note');
    t.nonNull.boolean('archived');
    t.string('statusReason', {
      description: 'Why it failed or why it waits (for instance a full disk), in a sentence.',
    });
    t.field('owner', {
      type: 'User',
      resolve: (run, _, ctx) => (run.ownerId === null ? null : ctx.loaders.user.load(run.ownerId)),
    });
    t.field('worker', {
      type: 'Worker',
      resolve: (run, _, ctx) => (run.workerId === null ? null : ctx.loaders.worker.load(run.workerId)),
    });
    t.field('clonedFrom', {
      type: 'Run',
      resolve: (run, _, ctx) => (run.clonedFromId === null ? null : ctx.loaders.run.load(run.clonedFromId)),
    });
    t.field('forkedFrom', {
      type: 'RunFork',
      description: 'The checkpoint of another run that this one began with.',
      resolve: ({ forkedFromRunId: runId, forkedFromStep: step, forkedFromSha256: sha256 }) =>
        runId === null || step === null || sha256 === null ? null : { runId, step, sha256 },
    });
    t.nonNull.list.nonNull.field('lineage', {
      type: 'RunFork',
      description:
        'The checkpoints that led to this run: the one it began with, the one that run began with, and so on to a run that is no fork.',
      resolve: (run, _, ctx) => ctx.loaders.runLineage.load(run.id),
    });
    t.nonNull.field('forks', {
      type: 'RunConnection',
      description: 'Runs that began with a checkpoint of this one, newest first.',
      args: { first: intArg(), after: stringArg() },
      resolve: (run, args, ctx) => ctx.loaders.runForks.load(run.id, args),
    });
    t.nonNull.boolean('leaseLive', {
      description: "True while the worker's lease is in date.",
      resolve: (run, _, ctx) => ctx.loaders.runLeaseLive.load(run.id),
    });
    t.string('backend');
    t.nonNull.field('createdAt', { type: 'DateTime' });
    t.field('startedAt', { type: 'DateTime' });
    t.field('finishedAt', { type: 'DateTime' });
    t.nonNull.field('updatedAt', { type: 'DateTime' });
    t.field('lastHeartbeatAt', { type: 'DateTime' });
    t.float('durationMs', {
      description: 'From the first claim to the end, or to now.',
      resolve: (run) =>
        run.startedAt === null ? null : (run.finishedAt ?? new Date()).getTime() - run.startedAt.getTime(),
    });
    t.nonNull.list.nonNull.string('metricNames', {
      resolve: async (run, _, ctx) =>
        (await ctx.loaders.runMetricHeads.load(run.id)).map((head) => head.name),
    });
    t.nonNull.list.nonNull.field('metricSummaries', {
      type: 'MetricSummary',
      description: 'Last, lowest and highest value of the named metrics; of all when names is absent.',
      args: { names: list(nonNull(stringArg())) },
      resolve: async (run, { names }, ctx) => {
        const heads = await ctx.loaders.runMetricHeads.load(run.id);
        return names == null ? heads : heads.filter((head) => names.includes(head.name));
      },
    });
    t.nonNull.list.nonNull.field('series', {
      type: 'MetricSeries',
      description:
        'The named series as columns, at most maxPoints buckets each (default 1000, at most 5000), from the raw points when they are fewer.',
      args: {
        names: nonNull(list(nonNull(stringArg()))),
        fromStep: intArg(),
        toStep: intArg(),
        maxPoints: intArg(),
      },
      resolve: (run, args, ctx) => ctx.loaders.runSeries.load(run.id, args),
    });
    t.nonNull.field('sparkline', {
      type: 'FloatList',
      description: 'Means of the metric in equally wide step buckets, for a small chart.',
      args: { metric: nonNull(stringArg()), points: intArg() },
      resolve: (run, args, ctx) => ctx.loaders.runSparkline.load(run.id, args),
    });
    t.nonNull.field('completions', {
      type: 'CompletionConnection',
      args: {
        first: intArg(),
        after: stringArg(),
        last: intArg(),
        before: stringArg(),
        filter: 'CompletionFilter',
        orderBy: 'CompletionOrder',
      },
      resolve: (run, args, ctx) => ctx.loaders.runCompletions.load(run.id, args),
    });
    t.nonNull.field('completionSteps', {
      type: 'IntList',
      description:
        'Steps that have recorded completions, ascending, at most the last `last` of them: completions trained on, or those of an evaluation set.',
      args: { last: intArg(), evaluationSet: stringArg() },
      resolve: (run, args, ctx) => ctx.loaders.runCompletionSteps.load(run.id, args),
    });
    t.nonNull.list.nonNull.string('evaluationSets', {
      description: 'Names of the evaluation sets of which there are completions.',
      resolve: (run, _, ctx) => ctx.loaders.runEvaluationSets.load(run.id),
    });
    t.nonNull.field('checkpoints', {
      type: 'CheckpointConnection',
      description: 'Latest first.',
      args: { first: intArg(), after: stringArg() },
      resolve: (run, args, ctx) => ctx.loaders.runCheckpoints.load(run.id, args),
    });
    t.nonNull.field('comments', {
      type: 'CommentConnection',
      description: 'Oldest first.',
      args: { first: intArg(), after: stringArg() },
      resolve: (run, args, ctx) => ctx.loaders.runComments.load(run.id, args),
    });
    t.nonNull.field('logs', {
      type: 'RunLogConnection',
      description: 'In the order of arrival, the last ones when nothing else is said.',
      args: { last: intArg(), before: stringArg() },
      resolve: (run, args, ctx) => ctx.loaders.runLogs.load(run.id, args),
    });
    t.nonNull.int('verdictCount', { resolve: (run, _, ctx) => ctx.loaders.runVerdictCount.load(run.id) });
  },
});

export const RunFork = objectType({
  name: 'RunFork',
  definition(t) {
    t.nonNull.field('run', {
      type: 'Run',
      resolve: (fork, _, ctx) => ctx.loaders.run.load(fork.runId),
    });
    t.nonNull.int('step');
    t.nonNull.string('sha256');
  },
});

export const RunConnectionTypes = connectionTypes(Run);

export const RunPayload = objectType({
  name: 'RunPayload',
  definition(t) {
    t.implements('MutationPayload');
    t.field('run', { type: 'Run' });
  },
});
