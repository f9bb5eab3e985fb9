/** @file From a global id to what it names, within the workspace and within what the caller may see. */
import { idKind, parsePromptId } from '@nabla/db';
import { includesRole } from '../../access/roles.ts';
import { actorOf, type Context } from '../../context.ts';
import type { Comment, Invite, Node, Verdict } from '../../sources.ts';
import { listApiKeys } from '../apiKey/apiKey.service.ts';
import { listInvites } from '../link/link.service.ts';
import { visibleVerdicts } from '../review/review.visibility.ts';
import { findCompletion, findProject, findPromptSet, findRun } from './find.ts';

/** Null when there is nothing of that id that the caller may see. */
export async function findNode(ctx: Context, id: string): Promise<Node | null> {
  const { prisma } = ctx.db;
  const { workspaceId } = actorOf(ctx);
  if (id.startsWith('cmp_')) return typed('Completion', await findCompletion(ctx, id));
  if (id.startsWith('prm_')) return findPrompt(ctx, id);
  switch (idKind(id)) {
    case 'run':
      return typed('Run', await findRun(ctx, id));
    case 'project':
      return typed('Project', await findProject(ctx, id));
    case 'promptSet':
      return typed('PromptSet', await findPromptSet(ctx, id));
    case 'promptSetVersion': {
      const where = { id, promptSet: { project: { workspaceId } } };
      return typed('PromptSetVersion', await prisma.promptSetVersion.findFirst({ where }));
    }
    case 'user':
      return typed(
        'User',
        await prisma.user.findFirst({ where: { id, memberships: { some: { workspaceId } } } }),
      );
    case 'checkpoint':
      return typed('Checkpoint', await prisma.checkpoint.findFirst({ where: { id, run: { workspaceId } } }));
    case 'verdict':
      return typed('Verdict', await findVerdict(ctx, id));
    case 'comment':
      return typed('Comment', await findComment(ctx, id));
    case 'apiKey':
      return typed('ApiKey', await findApiKey(ctx, id));
    case 'loginLink':
      return typed('Invite', await findInvite(ctx, id));
    case 'worker':
    case null:
      // A worker chooses its id and need not follow the pattern.
      return typed('Worker', await prisma.worker.findFirst({ where: { id, workspaceId } }));
    default:
      return null;
  }
}

function typed<Name extends string, Row extends object>(name: Name, row: Row | null) {
  return row === null ? null : { ...row, __typename: name };
}

async function findPrompt(ctx: Context, id: string): Promise<Node | null> {
  const key = parsePromptId(id);
  if (key === null) return null;
  const { workspaceId } = actorOf(ctx);
  const where = { ...key, version: { promptSet: { project: { workspaceId } } } };
  return typed('Prompt', await ctx.db.prisma.prompt.findFirst({ where }));
}

/** A current verdict, under the same rule as in lists; a superseded one only for its author. */
async function findVerdict(ctx: Context, id: string): Promise<Verdict | null> {
  const verdict = await ctx.db.prisma.verdict.findUnique({ where: { id } });
  if (verdict === null || (await findRun(ctx, verdict.runId)) === null) return null;
  if (verdict.authorId === actorOf(ctx).userId) return verdict;
  const { verdicts } = await visibleVerdicts(ctx, verdict);
  return verdicts.find((visible) => visible.id === id) ?? null;
}

async function findComment(ctx: Context, id: string): Promise<Comment | null> {
  const comment = await ctx.db.prisma.comment.findUnique({ where: { id } });
  return comment !== null && (await findRun(ctx, comment.runId)) !== null ? comment : null;
}

async function findApiKey(ctx: Context, id: string) {
  if (!includesRole(actorOf(ctx).role, 'RESEARCHER')) return null;
  return (await listApiKeys(ctx)).find((key) => key.id === id) ?? null;
}

async function findInvite(ctx: Context, id: string): Promise<Invite | null> {
  if (!includesRole(actorOf(ctx).role, 'OWNER')) return null;
  return (await listInvites(ctx)).find((invite) => invite.id === id) ?? null;
}
