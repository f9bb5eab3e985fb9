/** @file Rows by id. Ids come from rows of the caller's workspace, so these need no scope of their own. */
import type { Database } from '@nabla/db';
import DataLoader from 'dataloader';

export function entityLoaders({ prisma }: Database) {
  return {
    workspace: byId('workspace', (where) => prisma.workspace.findMany({ where })),
    user: byId('user', (where) => prisma.user.findMany({ where })),
    project: byId('project', (where) => prisma.project.findMany({ where })),
    promptSet: byId('prompt set', (where) => prisma.promptSet.findMany({ where })),
    promptSetVersion: byId('prompt set version', (where) => prisma.promptSetVersion.findMany({ where })),
    run: byId('run', (where) => prisma.run.findMany({ where })),
    worker: byId('worker', (where) => prisma.worker.findMany({ where })),
  };
}

function byId<Row extends { id: string }>(
  what: string,
  find: (where: { id: { in: string[] } }) => Promise<Row[]>,
) {
  return new DataLoader<string, Row>(async (ids) => {
    const rows = new Map((await find({ id: { in: [...ids] } })).map((row) => [row.id, row]));
    return ids.map((id) => rows.get(id) ?? new Error(`there is no ${what} ${id}, though a row names it`));
  });
}
