/** @file A fork: a new run that begins with the weights of another one's checkpoint. */
import type { Checkpoint, Prisma } from '@nabla/db';
import { forkName, forkRefusals, forkedConfig, parseRunConfig, type RunConfig } from '@nabla/domain';
import { lockArtifact } from '../../artifacts/sweepArtifacts.ts';
import { actorOf, type Context } from '../../context.ts';
import { refuse, Refusal } from '../../errors.ts';
import { publishIn, runEvent } from '../../realtime/publish.ts';
import type { Run } from '../../sources.ts';
import { requireRun } from '../node/find.ts';
import { configOf, createFrom, type CreateRunInput } from './run.create.ts';

type Maybe<T> = T | null | undefined;

export interface ForkRunInput extends Omit<CreateRunInput, 'projectId' | 'clonedFromId'> {
  runId: string;
  checkpointId?: Maybe<string>;
  step?: Maybe<number>;
}

/**
 * The fork, queued; the one there is already when the idempotency key was used before.
 * @throws Refusal NOT_FOUND when the checkpoint is not there (any more), INVALID_INPUT when its weights do not fit the configuration.
 */
export async function forkRun(ctx: Context, input: ForkRunInput): Promise<{ run: Run }> {
  const parent = await requireRun(ctx, input.runId, ['input', 'runId']);
  const checkpoint = await checkpointOf(ctx, parent, input);
  const source = sourceOf(parent, input, checkpoint);
  const name = input.name ?? nameOf(parent, checkpoint, input);
  const fork = {
    forkedFromRunId: parent.id,
    forkedFromStep: checkpoint.step,
    forkedFromSha256: checkpoint.sha256,
  };
  return createFrom(
    ctx,
    {
      ...input,
      ...source,
      name,
      projectId: parent.projectId,
    },
    {
      columns: fork,
      adapt: (config) => {
        const fitting = fittingConfig(parent, checkpoint.step, config);
        return fitting.name === name ? fitting : { ...fitting, name };
      },
      inTransaction: async (tx) => {
        await keepArtifact(tx, actorOf(ctx).workspaceId, checkpoint);
        // Whoever looks at the parent sees the fork appear.
        await publishIn(tx, runEvent(parent));
      },
    },
  );
}

/** The configuration given, else the parent's; without a warm-up that the checkpoint is past. */
function sourceOf(parent: Run, { config, yaml }: ForkRunInput, { step }: Checkpoint) {
  const source = config == null && yaml == null ? { config: parent.config } : { config, yaml };
  const before = parseRunConfig(parent.config);
  if (!before.ok) return source;
  const given = configOf(source);
  const forked = forkedConfig(given, { config: before.config, step });
  return forked === given ? source : { config: forked, yaml: null };
}

/** A configuration that carries its parent's name does not name the fork: two runs of one name could not be told apart. */
function nameOf(parent: Run, { step }: Checkpoint, { config, yaml }: ForkRunInput): string {
  const given = config == null && yaml == null ? null : configOf({ config, yaml }).name;
  const before = parseRunConfig(parent.config);
  const inherited = [parent.name, ...(before.ok ? [before.config.name] : [])];
  return given === null || inherited.includes(given) ? forkName(parent.name, step) : given;
}

async function checkpointOf(ctx: Context, parent: Run, input: ForkRunInput): Promise<Checkpoint> {
  const { checkpointId, step } = input;
  if ((checkpointId == null) === (step == null)) {
    throw refuse('INVALID_INPUT', 'Name the checkpoint once: by "checkpointId" or by "step".', [
      'input',
      'checkpointId',
    ]);
  }
  const field = checkpointId == null ? 'step' : 'checkpointId';
  const found = await ctx.db.prisma.checkpoint.findFirst({
    where: { runId: parent.id, ...(checkpointId == null ? { step: step ?? -1 } : { id: checkpointId }) },
  });
  if (found !== null && found.deletedAt === null) return found;
  const name = checkpointId == null ? `of step ${step}` : `"${checkpointId.slice(0, 80)}"`;
  const message =
    found === null
      ? `Run ${parent.number} has no checkpoint ${name}.`
      : `The checkpoint ${name} of run ${parent.number} was removed by the run's retention.`;
  throw refuse('NOT_FOUND', message, ['input', field]);
}

/** What the fork executes: without a warm-up that its weights have behind them. @throws Refusal naming every setting that does not fit them. */
function fittingConfig(parent: Run, step: number, config: RunConfig): RunConfig {
  const before = parseRunConfig(parent.config);
  if (!before.ok) {
    throw refuse(
      'UNSUPPORTED',
      `The configuration of run ${parent.number} was written by another version of Nabla, so what its checkpoints hold is not known.`,
      ['input', 'runId'],
    );
  }
  const errors = forkRefusals(before.config, config);
  if (errors.length === 0) return forkedConfig(config, { config: before.config, step });
  throw new Refusal(
    errors.map(({ path, message }) => ({
      code: 'INVALID_INPUT' as const,
      message: `${path.join('.')}: ${message}`,
      path: ['config', ...path],
    })),
  );
}

/** The sweep takes turns with this by the same lock: from here on it sees the fork that needs the file. */
async function keepArtifact(
  tx: Prisma.TransactionClient,
  workspaceId: string,
  { sha256 }: Checkpoint,
): Promise<void> {
  await lockArtifact(tx, sha256);
  if ((await tx.artifact.count({ where: { workspaceId, sha256 } })) > 0) return;
  throw refuse('NOT_FOUND', 'The file of the checkpoint has just been removed; choose a later one.', [
    'input',
    'checkpointId',
  ]);
}
