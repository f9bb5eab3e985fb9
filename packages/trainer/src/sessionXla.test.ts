import type { RunConfig } from '@nabla/domain';
import { expect, it } from 'vitest';

import { describeOn } from './backend/testBackends.ts';
import { createSession } from './session.ts';
import type { SessionState } from './sessionState.ts';
import type { StepResult } from './stepResult.ts';
import { tinyConfig } from './testing/tinyModel.ts';

/** Compiling takes seconds, and more where tests share the cores. */
const COMPILING_MS = 600_000;
const STEPS = 5;

/** Everything about a step but how long it took. */
function facts({ step, stage, metrics, completions }: StepResult): unknown {
  const timeless = [...metrics].filter(([name]) => !/^(time|throughput|system)\//.test(name));
  return { step, stage, metrics: Object.fromEntries(timeless), completions };
}

await describeOn('native', 'a run under XLA', (backend) => {
  /** Two steps of warm-up, three of the policy gradient, evaluated after each stage: what each compiles is of another shape. */
  const configOf = (xla: RunConfig['xla']) =>
    tinyConfig({
      xla,
      warmup: { steps: 2, batchSize: 5 },
      policyGradient: { steps: 3, promptsPerStep: 3, groupSize: 4, maxNewTokens: 6 },
      evaluation: { everySteps: 2, sets: [{ name: 'held_out', prompts: 7, samples: 4, passAt: [2] }] },
    });
  const logged: string[] = [];

  /** From the beginning or a state to the end. */
  async function run(xla: RunConfig['xla'], restore?: SessionState) {
    const log = (message: string): void => void logged.push(message);
    const session = await createSession({ config: configOf(xla), backend, restore, log });
    const results: StepResult[] = [];
    const states: SessionState[] = [];
    while (session.step < STEPS) {
      results.push(await session.next());
      if (restore === undefined) states.push(await session.snapshot());
    }
    const hash = await session.weightsHash();
    session.dispose();
    return { results, states, hash };
  }

  it(
    'repeats every bit of every stage, and is near the run without XLA',
    async () => {
      const whole = await run('on');
      expect(logged).toEqual(
        ['warm-up', 'evaluation', 'policy gradient'].map((stage) => `XLA compiles the ${stage}: xla is on`),
      );

      // From within the warm-up, and from the middle of the policy gradient.
      for (const step of [1, 3]) {
        const again = await run('on', whole.states[step - 1]);
        expect(again.results.map(facts)).toEqual(whole.results.slice(step).map(facts));
        expect(again.hash).toBe(whole.hash);
      }

      // Another order of additions: other bits. Losses and entropies of 1 to 3 nats, after five updates, differ by some roundings of
      // 1e-7, and no draw of this run falls so near a border that it goes the other way.
      const plain = await run('off');
      expect(plain.hash).not.toBe(whole.hash);
      for (const [index, { metrics, completions }] of whole.results.entries()) {
        const other = plain.results[index];
        for (const name of [
          'sft/loss',
          'policy/entropy',
          'eval/held_out/reward_mean',
          'eval/held_out/length_mean',
        ])
          if (metrics.has(name))
            expect(
              Math.abs((metrics.get(name) ?? NaN) - (other?.metrics.get(name) ?? NaN)),
              name,
            ).toBeLessThan(1e-4);
        expect(completions.map(({ text }) => text)).toEqual(other?.completions.map(({ text }) => text));
        for (const [place, { logp }] of completions.entries())
          expect(Math.abs(logp - (other?.completions[place]?.logp ?? NaN))).toBeLessThan(1e-4);
      }
      const evaluated = whole.results.map(({ metrics }) => metrics.has('eval/held_out/pass_at_2'));
      expect(evaluated).toEqual([false, true, false, true, true]);
    },
    COMPILING_MS,
  );

  it(
    'says of each stage that it is too short for XLA',
    async () => {
      logged.length = 0;
      const { hash } = await run('auto');
      expect(logged).toEqual(
        ['warm-up', 'evaluation', 'policy gradient'].map((stage) =>
          expect.stringMatching(new RegExp(`^XLA does not compile the ${stage}: .*: not worth it$`)),
        ),
      );
      expect(hash).toBe((await run('off')).hash);
    },
    COMPILING_MS,
  );
});
