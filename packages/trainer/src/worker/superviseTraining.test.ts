import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { tinyConfig } from '../testing/tinyModel.ts';
import { ProcessPool } from './processPool.ts';
import type { TrainingJob } from './protocol.ts';
import { StopRequest } from './stopRequest.ts';
import { superviseTraining, type SupervisedOutcome } from './superviseTraining.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nabla-supervise-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A run of four steps in a real process, rewarded by a module with this text. */
async function runWith(
  module: string,
  { saveMs, stopWhenHangingAfter }: { saveMs?: number; stopWhenHangingAfter?: number } = {},
): Promise<{ outcome: SupervisedOutcome; logs: string[] }> {
  await writeFile(join(folder, 'mine.mjs'), module);
  const job: TrainingJob = {
    config: tinyConfig({
      backend: 'wasm',
      warmup: undefined,
      policyGradient: { steps: 4, promptsPerStep: 1, groupSize: 2, maxNewTokens: 2 },
      rewards: [{ kind: 'module', name: 'mine', path: 'mine.mjs' }],
    }),
    checkpointFolder: join(folder, 'checkpoints'),
    rewardsDir: folder,
  };
  const logs: string[] = [];
  const stop = new StopRequest();
  const pool = new ProcessPool('wasm');
  try {
    const outcome = await superviseTraining(
      pool,
      job,
      {
        started: () => undefined,
        step: async ({ step }) => {
          if (step !== stopWhenHangingAfter) return;
          // The step after this one is under way meanwhile; asked before, it would not begin.
          await vi.waitFor(() => access(join(folder, 'hanging')), { timeout: 30_000 });
          stop.ask('save', 'paused');
        },
        checkpoint: () => undefined,
        log: (level, message) => void logs.push(`${level} ${message}`),
        waiting: () => undefined,
      },
      stop,
      saveMs === undefined ? {} : { saveMs },
    );
    return { outcome, logs };
  } finally {
    await pool.close();
  }
}

describe('superviseTraining', () => {
  it('abandons a step that does not end when the run is to be saved, and says so once', async () => {
    // Two completions a step: the third call belongs to the second step, and never returns.
    const { outcome, logs } = await runWith(
      `import { writeFileSync } from 'node:fs';
      let calls = 0;
      export default () => {
        if (++calls <= 2) return calls;
        writeFileSync(${JSON.stringify(join(folder, 'hanging'))}, '');
        for (;;);
      };`,
      { stopWhenHangingAfter: 1, saveMs: 500 },
    );
    expect(outcome).toEqual({ kind: 'stopped', step: 1 });
    expect(logs).toEqual([
      'WARN step 2 did not end within 0.5 s and was abandoned; the run goes on later from its last checkpoint',
    ]);
  });

  it('tells what ended a process that a reward module crashed from a timer', async () => {
    const { outcome } = await runWith(
      "export default () => new Promise(() => setTimeout(() => { throw new TypeError('late boom'); }));",
    );
    expect(outcome).toMatchObject({
      kind: 'failed',
      code: 'CRASHED',
      message: expect.stringContaining('TypeError: late boom'),
    });
  });

  it('warns once of a reward that fails for some completions', async () => {
    const { outcome, logs } = await runWith(
      "let calls = 0; export default () => { if (++calls % 2) throw new Error('odd'); return 1; };",
    );
    expect(outcome).toMatchObject({ kind: 'finished', step: 4 });
    expect(logs).toEqual([
      expect.stringMatching(/^WARN reward "mine" is null for completion 0 of step 1: Error: odd /),
    ]);
  });
});
