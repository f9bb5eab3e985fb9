/** @file A worker says that it is there. */
import { requeueRunsOfWorker } from '@nabla/db';
import { BOUNDS } from '@nabla/domain';
import { actorOf, type Context } from '../../context.ts';
import { refuse } from '../../errors.ts';
import { requiredText } from '../../input.ts';
import { publish } from '../../realtime/publish.ts';

export interface RegisterWorkerInput {
  id: string;
  name: string;
  backend: string;
  host: string;
  version: string;
  device: string;
}

/** Runs that the worker still holds from before go back to the queue: it was started again and knows nothing of them. */
export async function registerWorker(ctx: Context, input: RegisterWorkerInput) {
  const { workspaceId } = actorOf(ctx);
  if (!/^[A-Za-z0-9._:-]{3,100}$/.test(input.id)) {
    throw refuse('INVALID_INPUT', 'A worker id has 3 to 100 letters, digits and . _ : -', ['input', 'id']);
  }
  const text = (field: 'name' | 'backend' | 'host' | 'version' | 'device') =>
    requiredText(input[field], BOUNDS.maxNameChars, ['input', field]);
  const data = {
    name: text('name'),
    backend: text('backend'),
    host: text('host'),
    version: text('version'),
    device: text('device'),
    startedAt: new Date(),
    lastSeenAt: new Date(),
  };
  const known = await ctx.db.prisma.worker.findUnique({ where: { id: input.id } });
  if (known !== null && known.workspaceId !== workspaceId) {
    throw refuse('CONFLICT', 'This worker id is taken; choose another one.', ['input', 'id']);
  }
  await requeueRunsOfWorker(ctx.db.pool, input.id);
  const worker = await ctx.db.prisma.worker.upsert({
    where: { id: input.id },
    create: { id: input.id, workspaceId, ...data },
    update: data,
  });
  await publish(ctx.db, { type: 'worker', workerId: worker.id, workspaceId });
  return { worker };
}
