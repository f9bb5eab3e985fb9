/** @file Rows by an id that came from outside: always within the caller's workspace, null when there is none there. */
import { type CompletionKey, parseCompletionId } from '@nabla/db';
import { actorOf, type Context } from '../../context.ts';
import { refuse } from '../../errors.ts';
import type { Completion, Project, PromptSet, Run } from '../../sources.ts';

export function findRun(ctx: Context, id: string): Promise<Run | null> {
  return ctx.db.prisma.run.findFirst({ where: { id, workspaceId: actorOf(ctx).workspaceId } });
}

export function findProject(ctx: Context, id: string): Promise<Project | null> {
  return ctx.db.prisma.project.findFirst({ where: { id, workspaceId: actorOf(ctx).workspaceId } });
}

export function findPromptSet(ctx: Context, id: string): Promise<PromptSet | null> {
  return ctx.db.prisma.promptSet.findFirst({
    where: { id, project: { workspaceId: actorOf(ctx).workspaceId } },
  });
}

export async function findCompletion(ctx: Context, id: string): Promise<Completion | null> {
  const key = parseCompletionId(id);
  return key === null ? null : findCompletionByKey(ctx, key);
}

export async function findCompletionByKey(ctx: Context, key: CompletionKey): Promise<Completion | null> {
  if ((await findRun(ctx, key.runId)) === null) return null;
  const { runId, step, index } = key;
  return ctx.db.prisma.completion.findUnique({ where: { runId_step_index: { runId, step, index } } });
}

/** The run. @throws Refusal NOT_FOUND */
export async function requireRun(ctx: Context, id: string, path: string[] = ['id']): Promise<Run> {
  return (await findRun(ctx, id)) ?? missing('run', id, path);
}

/** The project. @throws Refusal NOT_FOUND */
export async function requireProject(ctx: Context, id: string, path: string[]): Promise<Project> {
  return (await findProject(ctx, id)) ?? missing('project', id, path);
}

/** The completion. @throws Refusal NOT_FOUND */
export async function requireCompletion(ctx: Context, id: string, path: string[]): Promise<Completion> {
  return (await findCompletion(ctx, id)) ?? missing('completion', id, path);
}

function missing(what: string, id: string, path: string[]): never {
  throw refuse('NOT_FOUND', `There is no ${what} "${id.slice(0, 80)}".`, path);
}
