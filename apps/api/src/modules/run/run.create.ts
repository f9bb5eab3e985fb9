/** @file A configuration becomes a queued run. */
import { newId, Prisma } from '@nabla/db';
import { BOUNDS, configHash, type RunConfig, runConfigToYaml, totalSteps } from '@nabla/domain';
import { actorOf, type Context } from '../../context.ts';
import { refuse, Refusal } from '../../errors.ts';
import { boundedText, requiredText, tagList } from '../../input.ts';
import { publishIn, runEvent } from '../../realtime/publish.ts';
import type { Run } from '../../sources.ts';
import { configErrors, parseConfigSource } from '../config/config.service.ts';
import { requireProject, requireRun } from '../node/find.ts';

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

/** The run; the one there is already when the idempotency key was used before. */
export async function createRun(ctx: Context, input: CreateRunInput): Promise<{ run: Run }> {
  const { workspaceId, userId } = actorOf(ctx);
  const project = await requireProject(ctx, input.projectId, ['input', 'projectId']);
  const idempotencyKey = input.idempotencyKey == null ? null : requiredText(input.idempotencyKey, 200, ['input', 'idempotencyKey']);
  if (idempotencyKey !== null) {
    const before = await findByKey(ctx, project.id, idempotencyKey);
    if (before !== null) return { run: before };
  }
  const config = configOf(input);
  await checkReferences(ctx, input, workspaceId);
  const promptSetVersionId = await promptSetVersionOf(ctx, config, workspaceId);
  const tags = tagList(input.tags ?? [], ['input', 'tags']);
  const data = {
    id: newId('run'),
    workspaceId,
    projectId: project.id,
    name: requiredText(input.name ?? config.name ?? 'run', BOUNDS.maxNameChars, ['input', 'name']),
    totalSteps: totalSteps(config),
    config: asJson(config),
    configHash: configHash(config),
    // What the person wrote, comments and all; else the configuration as YAML.
    configYaml: input.yaml ?? runConfigToYaml(config),
    note: boundedText(input.note ?? '', BOUNDS.maxNoteChars, ['input', 'note']),
    ownerId: userId,
    clonedFromId: input.clonedFromId ?? null,
    reservedWorkerId: input.workerId ?? null,
    promptSetVersionId,
    idempotencyKey,
  };
  try {
    return { run: await insertRun(ctx.db.prisma, data, tags) };
  } catch (error) {
    // Two requests with one key at once: the second finds the first one's run.
    const first = isUniqueViolation(error) && idempotencyKey !== null ? await findByKey(ctx, project.id, idempotencyKey) : null;
    if (first === null) throw error;
    return { run: first };
  }
}

async function insertRun(
  prisma: Context['db']['prisma'],
  data: Omit<Prisma.RunUncheckedCreateInput, 'number'>,
  tags: readonly string[],
): Promise<Run> {
  return prisma.$transaction(async (tx) => {
    const { lastRunNumber } = await tx.project.update({
      where: { id: data.projectId },
      data: { lastRunNumber: { increment: 1 } },
      select: { lastRunNumber: true },
    });
    const run = await tx.run.create({ data: { ...data, number: lastRunNumber } });
    await tx.runTag.createMany({ data: tags.map((tag) => ({ runId: run.id, tag })) });
    await publishIn(tx, runEvent(run));
    return run;
  });
}

/** @throws Refusal with the path of every field that is wrong. */
function configOf(input: CreateRunInput): RunConfig {
  const result = parseConfigSource(input);
  if (!result.ok) throw new Refusal(configErrors(result, 'config'));
  return result.config;
}

async function checkReferences(ctx: Context, input: CreateRunInput, workspaceId: string): Promise<void> {
  if (input.clonedFromId != null) await requireRun(ctx, input.clonedFromId, ['input', 'clonedFromId']);
  if (input.workerId == null) return;
  const worker = await ctx.db.prisma.worker.findFirst({ where: { id: input.workerId, workspaceId } });
  if (worker === null) {
    throw refuse('NOT_FOUND', `There is no worker "${input.workerId.slice(0, 80)}".`, ['input', 'workerId']);
  }
}

/** The prompt set version that the configuration names, if any. @throws Refusal when it does not exist here. */
async function promptSetVersionOf(ctx: Context, config: RunConfig, workspaceId: string): Promise<string | null> {
  if (config.task.kind !== 'prompt_set') return null;
  const id = config.task.promptSetVersionId;
  const version = await ctx.db.prisma.promptSetVersion.findFirst({
    where: { id, promptSet: { project: { workspaceId } } },
  });
  if (version === null) {
    const path = ['config', 'task', 'promptSetVersionId'];
    throw refuse('NOT_FOUND', `There is no prompt set version "${id.slice(0, 80)}"; upload a prompt file first.`, path);
  }
  return version.id;
}

function findByKey(ctx: Context, projectId: string, idempotencyKey: string): Promise<Run | null> {
  return ctx.db.prisma.run.findUnique({ where: { projectId_idempotencyKey: { projectId, idempotencyKey } } });
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
}

/** A validated configuration is plain data: what JSON makes of it is what it is. */
function asJson(config: RunConfig): Prisma.InputJsonObject {
  return JSON.parse(JSON.stringify(config));
}
