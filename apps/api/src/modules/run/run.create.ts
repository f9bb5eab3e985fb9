/** @file A configuration becomes a queued run. */
import { newId, Prisma } from '@nabla/db';
import { BOUNDS, configHash, type RunConfig, runConfigToYaml, totalSteps } from '@nabla/domain';
import { actorOf, type Context } from '../../context.ts';
import { refuse, Refusal } from '../../errors.ts';
import { boundedText, refuseNul, requiredText, tagList } from '../../input.ts';
import { publishIn, runEvent } from '../../realtime/publish.ts';
import type { Run } from '../../sources.ts';
import { configErrors, parseConfigSource } from '../config/config.service.ts';
import { requireProject } from '../node/find.ts';
import { checkReferences, refuseLocal } from './run.references.ts';
import { transact } from '../../transact.ts';

type Maybe<T> = T | null | undefined;

export interface CreateRunInput {
  projectId: string;
  name?: Maybe<string>;
  config?: unknown;
  yaml?: Maybe<string>;
  tags?: Maybe<readonly string[]>;
  note?: Maybe<string>;
  clonedFromId?: Maybe<string>;
  idempotencyKey?: Maybe<string>;
  workerId?: Maybe<string>;
}

/** What a fork adds to the way every run is made. */
export interface Origin {
  columns: Pick<Prisma.RunUncheckedCreateInput, 'forkedFromRunId' | 'forkedFromStep' | 'forkedFromSha256'>;
  /** The configuration as this origin makes it. @throws Refusal when it does not fit. */
  adapt: (config: RunConfig) => RunConfig;
  /** Runs in the transaction that stores the run. */
  inTransaction: (tx: Prisma.TransactionClient) => Promise<void>;
}

/**
 * The run; the one there is already when the idempotency key was used before in the project.
 * @throws Refusal CONFLICT when the key was used for another configuration.
 */
export function createRun(ctx: Context, input: CreateRunInput): Promise<{ run: Run }> {
  return createFrom(ctx, input, null);
}

/** The same for a run with an origin. */
export async function createFrom(
  ctx: Context,
  input: CreateRunInput,
  origin: Origin | null,
): Promise<{ run: Run }> {
  const { workspaceId, userId } = actorOf(ctx);
  const project = await requireProject(ctx, input.projectId, ['input', 'projectId']);
  const key =
    input.idempotencyKey == null
      ? null
      : requiredText(input.idempotencyKey, 200, ['input', 'idempotencyKey']);
  const given = configOf(input);
  const config = origin?.adapt(given) ?? given;
  const data = {
    ...runDataOf(config === given ? input : { ...input, yaml: null }, config, {
      workspaceId,
      projectId: project.id,
      ownerId: userId,
    }),
    ...origin?.columns,
  };
  const experiment = { configHash: data.configHash, fork: origin?.columns.forkedFromSha256 ?? null };
  if (key !== null) {
    const before = await findByKey(ctx, project.id, key);
    if (before !== null) return { run: sameExperiment(before, experiment) };
  }
  await checkReferences(ctx, config, data);
  const tags = tagList(input.tags ?? [], ['input', 'tags']);
  try {
    const run = await transact(ctx.db, async (tx) => {
      await origin?.inTransaction(tx);
      return insertRun(tx, { ...data, idempotencyKey: key }, tags);
    });
    return { run };
  } catch (error) {
    // Two requests with one key at once: the second finds the first one's run.
    const first = isUniqueViolation(error) && key !== null ? await findByKey(ctx, project.id, key) : null;
    if (first === null) throw error;
    return { run: sameExperiment(first, experiment) };
  }
}

/** The columns of a run. @throws Refusal with the path of every field that is wrong. */
export function runDataOf(
  input: Omit<CreateRunInput, 'projectId' | 'idempotencyKey' | 'tags'>,
  config: RunConfig,
  place: { workspaceId: string; projectId: string; ownerId: string },
) {
  // A reserved run is made by the process that has the files (`nabla train`) and claimed by it alone.
  if (input.workerId == null) refuseLocal(config);
  return {
    id: newId('run'),
    ...place,
    name: requiredText(input.name ?? config.name ?? 'run', BOUNDS.maxNameChars, ['input', 'name']),
    totalSteps: totalSteps(config),
    config: asJson(config),
    configHash: configHash(config),
    // What the person wrote, comments and all; else the configuration as YAML.
    configYaml: input.yaml ?? runConfigToYaml(config),
    note: boundedText(input.note ?? '', BOUNDS.maxNoteChars, ['input', 'note']),
    clonedFromId: input.clonedFromId ?? null,
    reservedWorkerId: input.workerId ?? null,
    promptSetVersionId: config.task.kind === 'prompt_set' ? config.task.promptSetVersionId : null,
  };
}

/** Stores a queued run under the next number of its project. */
export async function insertRun(
  tx: Prisma.TransactionClient,
  data: Omit<Prisma.RunUncheckedCreateInput, 'number'>,
  tags: readonly string[],
): Promise<Run> {
  const { lastRunNumber } = await tx.project.update({
    where: { id: data.projectId },
    data: { lastRunNumber: { increment: 1 } },
    select: { lastRunNumber: true },
  });
  const run = await tx.run.create({ data: { ...data, number: lastRunNumber } });
  await tx.runTag.createMany({ data: tags.map((tag) => ({ runId: run.id, tag })) });
  await publishIn(tx, runEvent(run));
  return run;
}

/** The configuration given, validated. @throws Refusal with the path of every field that is wrong. */
export function configOf(input: Pick<CreateRunInput, 'config' | 'yaml'>): RunConfig {
  const result = parseConfigSource(input);
  if (!result.ok) throw new Refusal(configErrors(result, 'config'));
  // YAML can write one by an escape.
  refuseNul(result.config, ['config']);
  return result.config;
}

function findByKey(ctx: Context, projectId: string, idempotencyKey: string): Promise<Run | null> {
  return ctx.db.prisma.run.findUnique({ where: { projectId_idempotencyKey: { projectId, idempotencyKey } } });
}

/** The run of a key, if it is the experiment that is asked for now. */
function sameExperiment(before: Run, now: { configHash: string; fork: string | null }): Run {
  if (before.configHash === now.configHash && before.forkedFromSha256 === now.fork) return before;
  const other = before.configHash === now.configHash ? 'another origin' : 'another configuration';
  throw refuse(
    'CONFLICT',
    `The idempotency key was used for run ${before.number}, which has ${other}; give a new key.`,
    ['input', 'idempotencyKey'],
  );
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
}

/** A validated configuration is plain data: what JSON makes of it is what it is. */
function asJson(config: RunConfig): Prisma.InputJsonObject {
  return JSON.parse(JSON.stringify(config));
}
