/** What a configuration chooses is what `nabla train` computes: its engine, a moving baseline, a reference from a file. */
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nabla, type CliResult } from './cliProcess.ts';

const LIMIT_MS = 180_000;
const STEPS = 4;

/** Small, on wasm, its baseline moving half of the way each step. */
const RUN = `name: moving baseline
backend: wasm
model: { layers: 1, width: 16, heads: 2, feedForward: 32, initStd: 0.3 }
task: { kind: sort_digits, length: { min: 1, max: 2 } }
rewards:
  - { kind: length, name: short, target: 2, tolerance: 3 }
policyGradient:
  steps: ${STEPS}
  promptsPerStep: 2
  groupSize: 4
  maxNewTokens: 5
  advantage: ema
  baseline: 0.25
  baselineDecay: 0.5
  optimizer: { learningRate: 0.01 }
`;

let folder: string;
let whole: CliResult;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nabla-estimator-test-'));
  await writeFile(join(folder, 'run.yaml'), RUN);
  whole = await nabla(['train', 'run.yaml', '--out', 'whole'], { cwd: folder });
}, LIMIT_MS);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function lines<Row>(out: string, file: string): Promise<Row[]> {
  const text = await readFile(join(folder, out, file), 'utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

it('runs on the engine that the configuration asks for, says so and keeps it', async () => {
  expect(whole.exitCode, whole.output).toBe(0);
  expect(whole.output).toMatch(/^wasm/m);
  const place: unknown = JSON.parse(await readFile(join(folder, 'whole', 'run.json'), 'utf8'));
  expect(place).toMatchObject({ engine: { backend: 'wasm' } });
});

it('subtracts a baseline that follows the mean rewards of the steps before', async () => {
  const completions = await lines<{ step: number; reward: number; advantage: number }>(
    'whole',
    'completions.jsonl',
  );
  let baseline = 0.25;
  for (let step = 1; step <= STEPS; step++) {
    const rows = completions.filter((row) => row.step === step);
    expect(rows).toHaveLength(8);
    // All in float64: only the order of the sum rounds.
    for (const { reward, advantage } of rows) expect(advantage).toBeCloseTo(reward - baseline, 12);
    baseline = 0.5 * baseline + 0.5 * (rows.reduce((sum, { reward }) => sum + reward, 0) / rows.length);
  }
  // It has moved: with the configured baseline alone the loop would not have noticed.
  expect(Math.abs(baseline - 0.25)).toBeGreaterThan(0.05);
});

it(
  'compares with a reference from a checkpoint file, named by its path from the configuration',
  async () => {
    const [last = ''] = (await readdir(join(folder, 'whole', 'checkpoints'))).sort().slice(-1);
    const file = join('whole', 'checkpoints', last);
    const reference = RUN.replace(
      'baselineDecay: 0.5',
      `baselineDecay: 0.5
  kl: { beta: 0.05, reference: checkpoint, checkpoint: ${file} }`,
    );
    await writeFile(join(folder, 'reference.yaml'), reference);
    const divergence = async (out: string): Promise<number[]> =>
      (await lines<{ step: number; metrics: Record<string, number> }>(out, 'metrics.jsonl')).map(
        ({ metrics }) => metrics['kl/ref_k3'] ?? NaN,
      );

    // Other weights are away from it from the first step on; the same weights are not.
    const other = await nabla(
      ['train', 'reference.yaml', '--set', 'seed=9', '--set', 'policyGradient.steps=2', '--out', 'other'],
      { cwd: folder },
    );
    expect(other.exitCode, other.output).toBe(0);
    expect((await divergence('other')).every((value) => value > 0.01)).toBe(true);
    const same = await nabla(
      ['train', 'reference.yaml', '--from', file, '--set', 'policyGradient.steps=2', '--out', 'same'],
      { cwd: folder },
    );
    expect(same.exitCode, same.output).toBe(0);
    const [first = NaN, second = NaN] = await divergence('same');
    expect(first).toBeLessThan(1e-9);
    expect(second).toBeGreaterThan(first);

    const lost = await nabla(
      ['train', 'reference.yaml', '--set', 'policyGradient.kl.checkpoint=gone.ckpt', '--out', 'lost'],
      { cwd: folder },
    );
    expect(lost.exitCode, lost.output).not.toBe(0);
    expect(lost.output).toContain('gone.ckpt');
  },
  LIMIT_MS,
);
