import type { PromptRecord, RunConfig, RunConfigInput } from '@nabla/domain';
import { metricDefinition } from '@nabla/domain';
import { expect, it, describe } from 'vitest';

import { describeOnEachBackend } from '../backend/testBackends.ts';
import { createSession, type Session } from '../session.ts';
import type { CompletionResult, StepResult } from '../stepResult.ts';
import { tinyConfig } from '../testing/tinyModel.ts';
import { isEvaluationDue } from './runEvaluator.ts';
import { passAtK } from './statistics.ts';

const EVALUATED: Partial<RunConfigInput> = {
  warmup: { steps: 2, batchSize: 8 },
  policyGradient: { steps: 5, promptsPerStep: 3, groupSize: 4, maxNewTokens: 3 },
  rewards: [
    { kind: 'partial_credit', name: 'partial', weight: 0.5, normalise: 'group' },
    { kind: 'exact_match', name: 'exact' },
  ],
  evaluation: {
    everySteps: 3,
    sets: [
      { name: 'own', prompts: 14 },
      {
        name: 'longer',
        prompts: 5,
        task: { kind: 'sort_digits', length: { min: 3, max: 5 } },
        samples: 6,
        passAt: [1, 4],
        temperature: 0.7,
      },
    ],
  },
};

async function run(session: Session, steps: number): Promise<StepResult[]> {
  const results: StepResult[] = [];
  for (let step = 0; step < steps; step++) results.push(await session.next());
  return results;
}
const timeless = ({ step, metrics, completions }: StepResult) => ({
  step,
  metrics: Object.fromEntries([...metrics].filter(([name]) => !/^(time|throughput|system)\//.test(name))),
  completions,
});
const ofSet = (result: StepResult | undefined, set: string | null): CompletionResult[] =>
  (result?.completions ?? []).filter(({ evaluationSet }) => evaluationSet === set);
const evalMetrics = ({ metrics }: StepResult) => [...metrics].filter(([name]) => name.startsWith('eval/'));

await describeOnEachBackend('evaluation', (backend) => {
  const open = (config: RunConfig, over: Partial<Parameters<typeof createSession>[0]> = {}) =>
    createSession({ config, backend, ...over });

  it('comes every so many steps and after the last, with metrics that its completions bear out', async () => {
    const session = await open(tinyConfig(EVALUATED));
    const results = await run(session, 7);
    session.dispose();
    expect(results.map((result) => evalMetrics(result).length > 0)).toEqual([
      false,
      false,
      true,
      false,
      false,
      true,
      true,
    ]);
    const [, , , , , judged] = results;
    if (!judged) throw new Error('no step 6');
    for (const [name] of [...evalMetrics(judged), ['time/evaluation_ms']] as const)
      expect(metricDefinition(name), name).toBeDefined();
    expect(judged.metrics.has('time/evaluation_ms')).toBe(true);

    // Those of training come first; indices go on without a gap.
    expect(ofSet(judged, null)).toHaveLength(12);
    expect(judged.completions.map(({ index }) => index)).toEqual(judged.completions.map((_, index) => index));
    const own = ofSet(judged, 'own');
    expect(own.map(({ group }) => group)).toEqual(own.map((_, index) => index));
    expect(own).toHaveLength(14);
    const right = own.map(({ text, answer }) => Number(text === answer));
    expect(judged.metrics.get('eval/own/accuracy')).toBeCloseTo(right.reduce((a, b) => a + b, 0) / 14, 12);

    const longer = ofSet(judged, 'longer');
    expect(longer.map(({ group }) => group)).toEqual(
      Array.from({ length: 35 }, (_, index) => Math.floor(index / 7)),
    );
    const samples = longer.filter((_, index) => index % 7 !== 0);
    const groups = Array.from({ length: 5 }, (_, group) =>
      samples.filter((sample) => sample.group === group),
    );
    const count = (group: CompletionResult[]) => group.filter(({ text, answer }) => text === answer).length;
    const pass4 = groups.map((group) => passAtK(6, count(group), 4)).reduce((a, b) => a + b, 0) / 5;
    expect(judged.metrics.get('eval/longer/pass_at_4')).toBeCloseTo(pass4, 12);
    const means = groups.map((group) => group.reduce((sum, { reward }) => sum + (reward ?? NaN), 0) / 6);
    expect(judged.metrics.get('eval/longer/reward_mean')).toBeCloseTo(
      means.reduce((a, b) => a + b, 0) / 5,
      12,
    );
    expect(judged.metrics.get('eval/longer/reward_ci95')).toBeGreaterThan(0);
    expect(judged.metrics.get('eval/longer/length_mean')).toBeCloseTo(
      samples.reduce((sum, { tokenCount }) => sum + tokenCount, 0) / 30,
      12,
    );
    for (const completion of [...own, ...longer]) {
      const [partial, exact] = completion.rewards;
      // Not normalised: what is told is the reward as such.
      expect(completion.reward).toBeCloseTo(0.5 * (partial?.value ?? NaN) + (exact?.value ?? NaN), 12);
      expect(completion).toMatchObject({ advantage: null, signal: null, updatedLogp: null });
      expect(completion.tokens?.tokenIds).toHaveLength(completion.tokenCount);
      expect(completion.logp).toBeLessThanOrEqual(0);
    }
    // Samples differ, greedy completions are what the likeliest tokens make.
    expect(new Set(groups[0]?.map(({ text }) => text)).size).toBeGreaterThan(1);
  });

  it('disturbs nothing: the run is bit for bit the one without it', async () => {
    const { evaluation: _, ...without } = EVALUATED;
    const outcomes = [];
    for (const change of [EVALUATED, without]) {
      const session = await open(tinyConfig(change));
      const results = await run(session, 7);
      outcomes.push({
        hash: await session.weightsHash(),
        steps: results.map((result) => {
          const { metrics, completions } = timeless(result);
          return {
            metrics: Object.fromEntries(
              Object.entries(metrics).filter(([name]) => !name.startsWith('eval/')),
            ),
            completions: completions.filter(({ evaluationSet }) => evaluationSet === null),
          };
        }),
      });
      session.dispose();
    }
    expect(outcomes[0]).toEqual(outcomes[1]);
  });

  it('comes out the same after a resumption, and with the same weights at another step', async () => {
    const config = tinyConfig(EVALUATED);
    const whole = await open(config);
    const expected = (await run(whole, 7)).map(timeless);
    whole.dispose();
    const before = await open(config);
    await run(before, 4);
    const state = await before.snapshot();
    before.dispose();
    const after = await open(config, { restore: state });
    expect((await run(after, 3)).map(timeless)).toEqual(expected.slice(4));
    after.dispose();
  });

  it('greedy completions are the same whatever their company', async () => {
    const texts = async (prompts: number) => {
      const session = await open(
        tinyConfig({
          ...EVALUATED,
          warmup: undefined,
          evaluation: { everySteps: 1, sets: [{ name: 'own', prompts }] },
        }),
      );
      const [first] = await run(session, 1);
      session.dispose();
      return ofSet(first, 'own').map(({ promptText, text }) => `${promptText}${text}`);
    };
    const many = await texts(14);
    expect(await texts(5)).toEqual(many.slice(0, 5));
  });

  it('gives its tensors back', async () => {
    const start = backend.memory().numTensors;
    const session = await open(tinyConfig(EVALUATED));
    await run(session, 3);
    const after = backend.memory().numTensors;
    await run(session, 3);
    expect(backend.memory().numTensors).toBe(after);
    session.dispose();
    expect(backend.memory().numTensors).toBe(start);
  });
});

describe('evaluation sets', () => {
  it('are due every so many steps and after the last', () => {
    const config = tinyConfig(EVALUATED);
    expect([1, 2, 3, 4, 5, 6, 7].filter((step) => isEvaluationDue(config, step, 7))).toEqual([3, 6, 7]);
    expect(isEvaluationDue(tinyConfig(), 4, 4)).toBe(false);
  });
});

await describeOnEachBackend('evaluation prompts', (backend) => {
  const prompt = (text: string, answer: string | null = '1'): PromptRecord => ({
    text,
    answer,
    metadata: null,
  });
  const file = (over: object = {}): Partial<RunConfigInput> => ({
    ...EVALUATED,
    warmup: undefined,
    evaluation: {
      everySteps: 1,
      sets: [{ name: 'held_out', task: { kind: 'file', path: 'held.jsonl' }, ...over }],
    },
  });
  const open = (change: Partial<RunConfigInput>, held?: readonly PromptRecord[]) =>
    createSession({
      config: tinyConfig(change),
      backend,
      evaluationPrompts: held === undefined ? {} : { held_out: held },
    });

  it('are the first ones of a file, in its order', async () => {
    const session = await open(
      file({ prompts: 2 }),
      ['3>', '21>', '9>'].map((text) => prompt(text)),
    );
    const [first] = await run(session, 1);
    session.dispose();
    expect(ofSet(first, 'held_out').map(({ promptText }) => promptText)).toEqual(['3>', '21>']);
  });

  it('say once which prompts stay out of pass@k: those whose samples are not known to be right or wrong', async () => {
    const said: string[] = [];
    const session = await createSession({
      config: tinyConfig({
        ...file({ samples: 2, passAt: [1, 2], temperature: 1 }),
        rewards: [{ kind: 'numeric', name: 'near', tolerance: 1e9 }],
      }),
      backend,
      // No number can be read in the second answer: that reward is null.
      evaluationPrompts: { held_out: [prompt('3>', '3'), prompt('21>', 'none')] },
      warn: (message) => said.push(message),
    });
    const results = await run(session, 2);
    session.dispose();
    expect(said.filter((message) => message.includes('pass@'))).toEqual([
      'evaluation set "held_out": 1 of 2 prompts stay out of pass@2: fewer than 2 of their samples are known to be right or wrong (said once)',
    ]);
    expect(results[0]?.metrics.has('eval/held_out/pass_at_2')).toBe(true);
  });

  it.each([
    [
      'prompts that were not given',
      undefined,
      { code: 'INVALID_PROMPTS', message: expect.stringMatching(/set "held_out".*brings no prompts/) },
    ],
    [
      'an answer that a reward needs',
      [prompt('1>', null)],
      { code: 'INVALID_PROMPTS', message: expect.stringMatching(/set "held_out".*partial_credit/) },
    ],
    [
      'an unknown character',
      [prompt('1>'), prompt('é>')],
      { code: 'UNKNOWN_CHARACTER', message: expect.stringMatching(/set "held_out": prompt 1/) },
    ],
    [
      'a prompt beyond the context',
      [prompt('1'.repeat(4094))],
      { code: 'PROMPT_TOO_LONG', message: expect.stringMatching(/set "held_out": prompt 0/) },
    ],
  ])('refuses %s before the first step', (_, held, error) =>
    expect(open(file(), held)).rejects.toMatchObject(error),
  );

  it('are other draws than those of training, and of another set', async () => {
    const session = await open({
      ...EVALUATED,
      warmup: undefined,
      task: { kind: 'sort_digits', length: { min: 8, max: 8 } },
      evaluation: {
        everySteps: 1,
        sets: [
          { name: 'a', prompts: 10 },
          { name: 'b', prompts: 10 },
        ],
      },
    });
    const [first] = await run(session, 1);
    session.dispose();
    const all = [null, 'a', 'b'].flatMap((set) => [
      ...new Set(ofSet(first, set).map(({ promptText }) => promptText)),
    ]);
    expect(all).toHaveLength(23);
    expect(new Set(all).size).toBe(23);
  });
});
