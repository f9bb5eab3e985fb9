import { existsSync } from 'node:fs';
import { access, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { tinyConfig } from '../testing/tinyModel.ts';
import { CheckpointRequest } from './checkpointRequest.ts';
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
      // Half a second, or three times the first step where this machine was slower.
      expect.stringMatching(
        /^WARN step 2 did not end within [\d.]+ s and was abandoned; the run goes on later from its last checkpoint$/,
      ),
    ]);
  });

  it('tells what a reward module threw from a timer', async () => {
    const { outcome } = await runWith(
      "export default () => new Promise(() => setTimeout(() => { throw new TypeError('late boom'); }));",
    );
    expect(outcome).toMatchObject({
      kind: 'failed',
      code: 'REWARD_MODULE',
      message: expect.stringMatching(/3 times in a row.*TypeError: late boom/),
    });
  });

  it('gives up a run whose process is lost again and again at the same step', async () => {
    const pool = new ProcessPool('wasm');
    let pid: number | undefined;
    let lives = 0;
    try {
      const outcome = await superviseTraining(
        {
          async take(engine) {
            const taken = await pool.take(engine);
            pid = taken.pid;
            return taken;
          },
        },
        { config: tinyConfig({ backend: 'wasm' }), checkpointFolder: join(folder, 'checkpoints') },
        {
          started() {
            lives++;
            if (pid !== undefined) process.kill(pid, 'SIGKILL');
          },
          step: () => Promise.resolve(),
          checkpoint: () => undefined,
          log: () => undefined,
          waiting: () => undefined,
        },
        new StopRequest(),
      );
      expect(outcome).toMatchObject({ kind: 'failed', code: 'CRASHED' });
      expect(lives).toBeGreaterThanOrEqual(3);
    } finally {
      await pool.close();
    }
  });

  it.runIf(existsSync('/dev/full'))(
    'waits while the disk is full for a checkpoint, says so, and goes on when there is room',
    async () => {
      const waits: (string | null)[] = [];
      const checkpoints: number[] = [];
      const pool = new ProcessPool('wasm');
      const config = tinyConfig({
        backend: 'wasm',
        warmup: undefined,
        policyGradient: { steps: 4, promptsPerStep: 1, groupSize: 2, maxNewTokens: 2 },
        checkpoint: { everySteps: 2 },
      });
      const checkpointFolder = join(folder, 'checkpoints');
      let pid: number | undefined;
      try {
        const outcome = await superviseTraining(
          {
            async take(engine) {
              const taken = await pool.take(engine);
              pid = taken.pid;
              return taken;
            },
          },
          { config, checkpointFolder },
          {
            // Where it will write aside, every write fails as on a full disk; the file is removed with the first attempt.
            async started() {
              await mkdir(checkpointFolder, { recursive: true });
              await symlink('/dev/full', join(checkpointFolder, `.aside-${pid}`));
            },
            step: () => Promise.resolve(),
            checkpoint: ({ step }) => void checkpoints.push(step),
            log: () => undefined,
            waiting: (reason) => void waits.push(reason),
          },
          new StopRequest(),
        );
        expect(outcome).toMatchObject({ kind: 'finished', step: 4 });
        expect(waits).toEqual([
          expect.stringContaining('no room on the disk for the checkpoint of step 2'),
          null,
        ]);
        expect(checkpoints).toEqual([2, 4]);
      } finally {
        await pool.close();
      }
    },
  );

  it('makes a checkpoint when asked, after the step under way, and answers with the last one when nothing was done since', async () => {
    const requests = new CheckpointRequest();
    const made: number[] = [];
    const pool = new ProcessPool('wasm');
    const config = tinyConfig({
      backend: 'wasm',
      warmup: undefined,
      policyGradient: { steps: 6, promptsPerStep: 1, groupSize: 2, maxNewTokens: 2 },
      checkpoint: { everySteps: 1000 },
    });
    let steps = 0;
    let askedAt = 0;
    try {
      await superviseTraining(
        pool,
        { config, checkpointFolder: join(folder, 'checkpoints') },
        {
          started: () => undefined,
          step: ({ step }) => {
            steps = step;
            if (step === 3) {
              askedAt = step;
              requests.ask();
            }
            return Promise.resolve();
          },
          checkpoint: ({ step }) => void made.push(step),
          log: () => undefined,
          waiting: () => undefined,
        },
        new StopRequest(),
        { checkpoints: requests },
      );
    } finally {
      await pool.close();
    }
    expect([steps, made.at(-1)]).toEqual([6, 6]);
    // One step may be computed while the one before is written down: the checkpoint holds at most that one more.
    expect(made).toHaveLength(2);
    expect(made[0]).toBeGreaterThanOrEqual(askedAt);
    expect(made[0]).toBeLessThanOrEqual(askedAt + 1);
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
