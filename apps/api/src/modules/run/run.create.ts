/** @file A configuration becomes a queued run. */
import { newId, Prisma } from '@nabla/db';
import { BOUNDS, configHash, type RunConfig, runConfigToYaml, totalSteps } from '@nabla/domain';
import { actorOf, type Context } from '../../context.ts';
import { refuse, Refusal, type UserError } from '../../errors.ts';
import { boundedText, refuseNul, requiredText, tagList } from '../../input.ts';
import { publishIn, runEvent } from '../../realtime/publish.ts';
import type { Run } from '../../sources.ts';
import { configErrors, parseConfigSource } from '../config/config.service.ts';
import { requireProject, requireRun } from '../node/find.ts';
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

/**
 * The run; the one there is already when the idempotency key was used before in the project.
 * @throws Refusal CONFLICT when the key was used for another configuration.
 */
export async function createRun(ctx: Context, input: CreateRunInput): Promise<{ run: Run }> {
  const { workspaceId, userId } = actorOf(ctx);
  const project = await requireProject(ctx, input.projectId, ['input', 'projectId']);
  const key =
    input.idempotencyKey == null
      ? null
      : requiredText(input.idempotencyKey, 200, ['input', 'idempotencyKey']);
  const data = runDataOf(input, { workspaceId, projectId: project.id, ownerId: userId });
  if (key !== null) {
    const before = await findByKey(ctx, project.id, key);
    if (before !== null) return { run: sameExperiment(before, data.configHash) };
  }
  await checkReferences(ctx, data, workspaceId);
  const tags = tagList(input.tags ?? [], ['input', 'tags']);
  try {
    return {
      run: await transact(ctx.db, (tx) => insertRun(tx, { ...data, idempotencyKey: key }, tags)),
    };
  } catch (error) {
    // Two requests with one key at once: the second finds the first one's run.
    const first = isUniqueViolation(error) && key !== null ? await findByKey(ctx, project.id, key) : null;
    if (first === null) throw error;
    return { run: sameExperiment(first, data.configHash) };
  }
}

/** The columns of a run, its configuration validated. @throws Refusal with the path of every field that is wrong. */
export function runDataOf(
  input: Omit<CreateRunInput, 'projectId' | 'idempotencyKey' | 'tags'>,
  place: { workspaceId: string; projectId: string; ownerId: string },
) {
  const config = configOf(input);
  // A reserved run is made by the process that has the files (`nabla train`) and claimed by it alone.
  if (input.workerId == null) refuseFiles(config);
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

function configOf(input: Pick<CreateRunInput, 'config' | 'yaml'>): RunConfig {
  const result = parseConfigSource(input);
  if (!result.ok) throw new Refusal(configErrors(result, 'config'));
  // YAML can write one by an escape.
  refuseNul(result.config, ['config']);
  return result.config;
}

/** @throws Refusal INVALID_INPUT naming every file that the configuration wants to have read. */
function refuseFiles(config: RunConfig): void {
  const errors: UserError[] = [];
  const add = (path: string[], remedy: string) => {
    const message = `${path.join('.')} names a file, and workers read no files of others: ${remedy}.`;
    errors.push({ code: 'INVALID_INPUT', message, path: ['config', ...path] });
  };
  const ownProcess = 'execute the run with `nabla train --server` where the file is';
  if (config.task.kind === 'file') add(['task', 'kind'], `upload a prompt set, or ${ownProcess}`);
  if (config.warmup?.path !== undefined) {
    add(['warmup', 'path'], `leave it out to warm up on the task's own prompts, or ${ownProcess}`);
  }
  if (errors.length > 0) throw new Refusal(errors);
}

/** What the run names must be there, in this workspace. @throws Refusal NOT_FOUND */
async function checkReferences(
  ctx: Context,
  data: ReturnType<typeof runDataOf>,
  workspaceId: string,
): Promise<void> {
  const { clonedFromId, reservedWorkerId, promptSetVersionId } = data;
  const { prisma } = ctx.db;
  if (clonedFromId !== null) await requireRun(ctx, clonedFromId, ['input', 'clonedFromId']);
  if (
    reservedWorkerId !== null &&
    (await prisma.worker.count({ where: { id: reservedWorkerId, workspaceId } })) === 0
  ) {
    throw refuse('NOT_FOUND', `There is no worker "${reservedWorkerId.slice(0, 80)}".`, [
      'input',
      'workerId',
    ]);
  }
  if (promptSetVersionId === null) return;
  const where = { id: promptSetVersionId, promptSet: { project: { workspaceId } } };
  if ((await prisma.promptSetVersion.count({ where })) === 0) {
    const path = ['config', 'task', 'promptSetVersionId'];
    const message = `There is no prompt set version "${promptSetVersionId.slice(0, 80)}"; upload a prompt file first.`;
    throw refuse('NOT_FOUND', message, path);
  }
}

function findByKey(ctx: Context, projectId: string, idempotencyKey: string): Promise<Run | null> {
  return ctx.db.prisma.run.findUnique({ where: { projectId_idempotencyKey: { projectId, idempotencyKey } } });
}

/** The run of a key, if it is the experiment that is asked for now. */
function sameExperiment(before: Run, hash: string): Run {
  if (before.configHash === hash) return before;
  throw refuse(
    'CONFLICT',
    `The idempotency key was used for run ${before.number}, which has another configuration; give a new key.`,
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
