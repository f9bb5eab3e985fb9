import type { RunConfigInput } from '@nabla/domain';
import { beforeAll, describe, expect, it } from 'vitest';

import { openBackend, type Backend } from './backend/backend.ts';
import { createSession, type Session } from './session.ts';
import { hashStateWeights, type SessionState } from './sessionState.ts';
import type { StepResult } from './stepResult.ts';
import { tinyConfig } from './testing/tinyModel.ts';

let backend: Backend;
beforeAll(async () => {
  backend = await openBackend('wasm');
});

const noWarmup = { warmup: undefined } satisfies Partial<RunConfigInput>;
const open = (change: Partial<RunConfigInput>) => createSession({ config: tinyConfig(change), backend });

async function run(session: Session, steps: number): Promise<StepResult[]> {
  const results: StepResult[] = [];
  for (let step = 0; step < steps; step++) results.push(await session.next());
  return results;
}

describe('a fork', () => {
  const policy = { steps: 4, promptsPerStep: 3, groupSize: 4, maxNewTokens: 4 } as const;
  const trained = async (change: Partial<RunConfigInput> = {}): Promise<SessionState> => {
    const session = await open({ ...noWarmup, policyGradient: policy, ...change });
    await run(session, 3);
    const state = await session.snapshot();
    session.dispose();
    return state;
  };
  const forked = (fork: SessionState, change: Partial<RunConfigInput>) =>
    createSession({
      config: tinyConfig({ ...noWarmup, policyGradient: policy, ...change }),
      backend,
      fork,
    });
  const tensorsOf = (state: SessionState, group: string) =>
    state.tensors.filter(({ name }) => name.startsWith(group)).map(({ data }) => data);

  it('begins with the weights, as its own reference too, and with the moments of the same optimizer', async () => {
    const parent = await trained();
    const session = await forked(parent, { seed: 5, policyGradient: { ...policy, loss: 'clip' } });
    expect(await session.weightsHash()).toBe(hashStateWeights(parent));
    expect([session.step, session.totalSteps]).toEqual([0, 4]);
    await session.next();
    const state = await session.snapshot();
    expect(tensorsOf(state, 'reference/')).toEqual(tensorsOf(parent, 'weights/'));
    expect(state.counters).toEqual({ warmupCursor: 0, promptCursor: 3, updates: 4 });
    session.dispose();

    const other = await forked(parent, { policyGradient: { ...policy, optimizer: { beta2: 0.95 } } });
    await other.next();
    expect((await other.snapshot()).counters.updates).toBe(1);
    other.dispose();
  });

  it('takes a value head where both have one, begins one where only it has, and leaves it where only the parent has', async () => {
    const gae = { policyGradient: { ...policy, advantage: 'gae' } } satisfies Partial<RunConfigInput>;
    const [withHead, without] = [await trained(gae), await trained()];
    const namesAfterAStep = async (parent: SessionState, change: Partial<RunConfigInput>) => {
      const session = await forked(parent, change);
      await session.next();
      const state = await session.snapshot();
      session.dispose();
      return {
        updates: state.counters.updates,
        head: state.tensors.some(({ name }) => name.startsWith('weights/value')),
      };
    };
    expect(await namesAfterAStep(withHead, gae)).toEqual({ updates: 4, head: true });
    expect(await namesAfterAStep(without, gae)).toEqual({ updates: 1, head: true });
    expect(await namesAfterAStep(withHead, {})).toEqual({ updates: 1, head: false });
  });

  it('may warm up first, with an optimizer of its own', async () => {
    const parent = await trained();
    const session = await forked(parent, { warmup: { steps: 1, batchSize: 4 } });
    expect([session.stage, session.totalSteps]).toEqual(['WARM_UP', 5]);
    await session.next();
    expect((await session.snapshot()).counters.updates).toBe(1);
    session.dispose();
  });

  it('says what differs when the weights do not fit, and leaves no tensors behind', async () => {
    const parent = await trained();
    const before = backend.memory().numTensors;
    const wider = { ...tinyConfig().model, kind: 'scratch', width: 32 } as const;
    await expect(forked(parent, { model: wider })).rejects.toMatchObject({
      code: 'INCOMPATIBLE_STATE',
      message: expect.stringContaining('model.width is 32, and the checkpoint was trained with 16'),
    });
    // The alphabet is the task's own, and the tasks differ.
    await expect(forked(parent, { task: { kind: 'reverse_text' } })).rejects.toThrow(
      'set tokenizer.alphabet',
    );
    const base = { source: './model', sha256: 'ba5e' };
    await expect(forked({ ...parent, base }, {})).rejects.toThrow(
      'it stands on the model "./model" (files ba5e…), the run on a model from scratch',
    );
    expect(backend.memory().numTensors).toBe(before);
  });

  it('can be compared with the weights of any checkpoint', async () => {
    const parent = await trained();
    const kl = { beta: 0.1, reference: 'checkpoint', checkpoint: 'somewhere.ckpt' } as const;
    const config = tinyConfig({ ...noWarmup, seed: 9, policyGradient: { ...policy, kl } });
    await expect(createSession({ config, backend })).rejects.toThrow('somewhere.ckpt');
    const session = await createSession({ config, backend, reference: parent });
    const [result] = await run(session, 1);
    expect(tensorsOf(await session.snapshot(), 'reference/')).toEqual(tensorsOf(parent, 'weights/'));
    // Other initial weights than the reference's: they differ from the first step on.
    expect(result?.metrics.get('kl/ref_k3')).toBeGreaterThan(1e-3);
    session.dispose();
  });
});
