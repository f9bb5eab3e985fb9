/** Evaluation and rewards of people's own, from a worker process through the API into the store and back. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFixture, type Fixture } from './fixture.ts';
import { tinyRun } from './runs.ts';

let house: Fixture;
beforeAll(async () => {
  house = await createFixture();
});
afterAll(() => house.close());

it('a run is evaluated on a prompt set, and what its own reward module says is stored with its version', async () => {
  const rewards = await house.folder();
  await writeFile(
    join(rewards, 'digits.ts'),
    'export default ({ completion }: { completion: string }): number | null => { if (completion === "") return null; console.log("scored"); return completion.length; };\n',
  );
  const worker = await house.worker(await house.folder(), { NABLA_REWARDS_DIR: rewards });
  const heldOut = await house.client.promptSets.create({
    projectId: house.project,
    name: 'held out',
    jsonl:
      '{"prompt":"7+8=","answer":"15"}\n{"prompt":"1+0=","answer":"1"}\n{"prompt":"9+9=","answer":"18"}\n',
  });
  const version = heldOut.latestVersion.id;
  const run = await house.create(
    tinyRun(20, {
      rewards: [
        { kind: 'exact_match', name: 'exact' },
        { kind: 'module', name: 'digits', path: 'digits.ts', weight: 0.5, clip: [0, 2], normalise: 'group' },
      ],
      evaluation: {
        everySteps: 15,
        sets: [
          {
            name: 'held',
            task: { kind: 'prompt_set', promptSetVersionId: version },
            prompts: 2,
            samples: 3,
            passAt: [2],
          },
          { name: 'own', prompts: 4 },
        ],
      },
    }),
  );
  const finished = await house.finished(run);
  expect(finished.status).toBe('FINISHED');

  const names = ['accuracy', 'reward_mean', 'reward_ci95', 'pass_at_2', 'length_mean'].map(
    (name) => `eval/held/${name}`,
  );
  const series = await house.client.runs.series(run.id, { names, maxPoints: 100 });
  expect(series.map(({ name, steps }) => [name, steps])).toEqual(names.map((name) => [name, [15, 20]]));

  const all = [];
  for await (const completion of house.client.runs.completions(run.id, {
    pageSize: 200,
    filter: { step: { gte: 20, lte: 20 }, evaluationSet: 'held' },
  }))
    all.push(completion);
  const held = all.toSorted((a, b) => a.index - b.index);
  // Sixteen were trained on; then two prompts, the greedy completion and three samples each.
  expect(held.map(({ index }) => index)).toEqual([16, 17, 18, 19, 20, 21, 22, 23]);
  expect(held.map(({ promptText }) => promptText)).toEqual([
    ...Array(4).fill('7+8='),
    ...Array(4).fill('1+0='),
  ]);
  for (const { rewards: given, reward, text } of held) {
    const [exact, digits] = given;
    expect(exact?.version).toMatch(/^[0-9a-f]{64}$/);
    expect(digits?.version).toMatch(/^[0-9a-f]{64}$/);
    expect(digits?.value).toBe(text === '' ? null : text.length);
    // Clipped, not normalised in evaluations.
    if (reward !== null)
      expect(reward).toBeCloseTo((exact?.value ?? NaN) + 0.5 * Math.min(2, text.length), 12);
  }
  await worker.killAll();
}, 240_000);
