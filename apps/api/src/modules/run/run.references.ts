/** @file What a configuration names outside of itself: files, prompt sets, checkpoints, workers. Each must be there for whoever executes the run. */
import type { RunConfig, TaskConfig } from '@nabla/domain';
import type { Context } from '../../context.ts';
import { Refusal, refuse, type UserError } from '../../errors.ts';
import { requireRun } from '../node/find.ts';

/** The prompts of a run: those it trains on, and those of its evaluation sets, each with its place in the configuration. */
function tasksOf(config: RunConfig): { task: TaskConfig; path: string[] }[] {
  const sets = (config.evaluation?.sets ?? []).flatMap(({ task }, index) =>
    task === undefined ? [] : [{ task, path: ['evaluation', 'sets', String(index), 'task'] }],
  );
  return [{ task: config.task, path: ['task'] }, ...sets];
}

/** @throws Refusal INVALID_INPUT naming everything that only the process that wrote the configuration has: files, functions. */
export function refuseLocal(config: RunConfig): void {
  const errors: UserError[] = [];
  const add = (path: string[], what: string, remedy: string) =>
    errors.push({
      code: 'INVALID_INPUT',
      message: `${path.join('.')} ${what}: ${remedy}.`,
      path: ['config', ...path],
    });
  const file = 'names a file, and workers read no files of others';
  const ownProcess = 'execute the run with `nabla train --server` where the file is';
  for (const { task, path } of tasksOf(config))
    if (task.kind === 'file') add([...path, 'kind'], file, `upload a prompt set, or ${ownProcess}`);
  if (config.warmup?.path !== undefined)
    add(['warmup', 'path'], file, `leave it out to warm up on the task's own prompts, or ${ownProcess}`);
  for (const [index, reward] of config.rewards.entries()) {
    if (reward.kind === 'function')
      add(
        ['rewards', String(index), 'kind'],
        'is a function of the program that calls train(), and no worker has it',
        'use a module or an http endpoint, or execute the run from that program',
      );
  }
  const { kl } = config.policyGradient;
  if (kl.checkpoint !== undefined && !SHA256.test(kl.checkpoint))
    add(
      ['policyGradient', 'kl', 'checkpoint'],
      file,
      `give the SHA-256 of a checkpoint of this workspace, or ${ownProcess}`,
    );
  if (errors.length > 0) throw new Refusal(errors);
}

const SHA256 = /^[0-9a-f]{64}$/;

/** What the run names must be there, in this workspace. @throws Refusal NOT_FOUND */
export async function checkReferences(
  ctx: Context,
  config: RunConfig,
  data: { workspaceId: string; clonedFromId: string | null; reservedWorkerId: string | null },
): Promise<void> {
  const { workspaceId, clonedFromId, reservedWorkerId } = data;
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
  await checkPromptSets(ctx, config, workspaceId);
  await checkReferencePolicy(ctx, config, workspaceId);
}

async function checkPromptSets(ctx: Context, config: RunConfig, workspaceId: string): Promise<void> {
  const wanted = tasksOf(config).flatMap(({ task, path }) =>
    task.kind === 'prompt_set' ? [{ id: task.promptSetVersionId, path }] : [],
  );
  if (wanted.length === 0) return;
  const found = await ctx.db.prisma.promptSetVersion.findMany({
    where: { id: { in: wanted.map(({ id }) => id) }, promptSet: { project: { workspaceId } } },
    select: { id: true },
  });
  const errors = wanted
    .filter(({ id }) => !found.some((version) => version.id === id))
    .map(({ id, path }): UserError => ({
      code: 'NOT_FOUND',
      message: `There is no prompt set version "${id.slice(0, 80)}"; upload a prompt file first.`,
      path: ['config', ...path, 'promptSetVersionId'],
    }));
  if (errors.length > 0) throw new Refusal(errors);
}

/** A reserved run may name a file of its own process; a hash must be a checkpoint whose file is still there. */
async function checkReferencePolicy(ctx: Context, config: RunConfig, workspaceId: string): Promise<void> {
  const sha256 = config.policyGradient.kl.checkpoint;
  if (sha256 === undefined || !SHA256.test(sha256)) return;
  const where = { sha256, deletedAt: null, run: { workspaceId } };
  if ((await ctx.db.prisma.checkpoint.count({ where })) > 0) return;
  const message = `There is no checkpoint ${sha256.slice(0, 12)}… in this workspace, or its file was removed; the checkpoints of a run list their SHA-256.`;
  throw refuse('NOT_FOUND', message, ['config', 'policyGradient', 'kl', 'checkpoint']);
}
