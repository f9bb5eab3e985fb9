/** @file Projects: a name for people, a slug for addresses. */
import { newId, Prisma, type Project } from '@nabla/db';
import { BOUNDS } from '@nabla/domain';
import { actorOf, type Context } from '../../context.ts';
import { refuse } from '../../errors.ts';
import { boundedText, requiredText } from '../../input.ts';
import { requireProject } from '../node/find.ts';

type Maybe<T> = T | null | undefined;

export async function createProject(ctx: Context, input: { name: string; description?: Maybe<string> }) {
  const { workspaceId, userId } = actorOf(ctx);
  const name = requiredText(input.name, BOUNDS.maxNameChars, ['input', 'name']);
  const description = boundedText(input.description ?? '', BOUNDS.maxNoteChars, ['input', 'description']);
  const project = await insertProject(ctx.db.prisma, { workspaceId, name, description, createdById: userId });
  return { project };
}

export async function updateProject(
  ctx: Context,
  input: { id: string; name?: Maybe<string>; description?: Maybe<string> },
) {
  const project = await requireProject(ctx, input.id, ['input', 'id']);
  const data: Prisma.ProjectUpdateInput = {};
  // The slug stays: addresses that people have kept go on working.
  if (input.name != null) data.name = requiredText(input.name, BOUNDS.maxNameChars, ['input', 'name']);
  if (input.description != null) {
    data.description = boundedText(input.description, BOUNDS.maxNoteChars, ['input', 'description']);
  }
  return { project: await ctx.db.prisma.project.update({ where: { id: project.id }, data }) };
}

/** Stores a project under the first free slug of its name. */
export async function insertProject(
  prisma: Prisma.TransactionClient,
  data: { workspaceId: string; name: string; description: string; createdById: string },
): Promise<Project> {
  const wanted = slugOf(data.name);
  for (let attempt = 1; attempt <= 50; attempt++) {
    const slug = attempt === 1 ? wanted : `${wanted}-${attempt}`;
    const project = { id: newId('project'), slug, ...data };
    const [stored] = await prisma.project.createManyAndReturn({ data: [project], skipDuplicates: true });
    if (stored !== undefined) return stored;
  }
  throw refuse('CONFLICT', `There are too many projects called "${data.name}"; choose another name.`, [
    'input',
    'name',
  ]);
}

function slugOf(name: string): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{Mark}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return slug === '' ? 'project' : slug;
}
