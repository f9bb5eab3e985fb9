import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { configHash } from '@nabla/domain';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { writeCheckpointFile } from '../checkpoint/checkpointFile.ts';
import { scratchArchitecture } from '../model/architecture.ts';
import { initialValues, parameterSpecs } from '../model/parameters.ts';
import { STATE_FORMAT_VERSION } from '../sessionState.ts';
import { tinyConfig } from '../testing/tinyModel.ts';
import { openTokenizer } from '../tokenizer/openTokenizer.ts';
import { CliError, EXIT } from './cliError.ts';
import { runExport, type ExportCommandOptions } from './runExport.ts';

let folder: string;
let checkpoint: string;
const said = { out: '', err: '' };

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nabla-run-export-'));
  checkpoint = path.join(folder, 'step.ckpt');
  said.out = said.err = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said.out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said.err += String(text);
    return true;
  });
  const config = tinyConfig();
  if (config.model.kind !== 'scratch') throw new Error('the tiny model is from scratch');
  const { vocabulary } = openTokenizer(config.tokenizer, config.task);
  const specs = parameterSpecs(scratchArchitecture(config.model, vocabulary));
  const values = initialValues(specs, 3);
  await writeCheckpointFile(checkpoint, {
    formatVersion: STATE_FORMAT_VERSION,
    config,
    configHash: configHash(config),
    base: null,
    step: 12,
    stage: 'POLICY_GRADIENT',
    counters: { warmupCursor: 0, promptCursor: 0, updates: 9 },
    scalars: {},
    metrics: {},
    tensors: specs.map(({ name, shape }, index) => ({
      name: `weights/${name}`,
      shape,
      data: values[index] ?? new Float32Array(),
    })),
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

const options = (change: Partial<ExportCommandOptions> = {}): ExportCommandOptions => ({
  out: path.join(folder, 'out'),
  format: 'hugging_face',
  dtype: 'float32',
  models: folder,
  ...change,
});

describe('nabla export', () => {
  it('writes the directory and says what is in it, to people and as JSON', async () => {
    await runExport(checkpoint, options({ json: true }));
    const config: unknown = JSON.parse(await readFile(path.join(folder, 'out', 'config.json'), 'utf8'));
    expect(config).toMatchObject({ architectures: ['LlamaForCausalLM'], dtype: 'float32' });
    expect(said.err).toMatch(/^step 12: 4,368 parameters, 0\.0 MB in 6 files in .*out\n$/);
    expect(JSON.parse(said.out)).toMatchObject({ step: 12, parameters: 4368, dir: path.join(folder, 'out') });
  });

  it('halves the weights with --dtype bfloat16', async () => {
    await runExport(checkpoint, options());
    await runExport(checkpoint, options({ out: path.join(folder, 'half'), dtype: 'bfloat16' }));
    const bytes = async (name: string) =>
      (await readFile(path.join(folder, name, 'model.safetensors'))).length;
    // 4,368 values of 4 and of 2 bytes, and a header of the same tensors.
    expect((await bytes('out')) - (await bytes('half'))).toBeGreaterThan(4368 * 2 - 100);
  });

  it.each([
    ['a directory that is taken', () => options({ out: folder }), /is not empty: give a new directory/],
    ['adapters of a model without them', () => options({ format: 'peft' }), /no LoRA adapters/],
    [
      'a step where there are no steps',
      () => options({ step: 3 }),
      /--step chooses a checkpoint in the folder of a run/,
    ],
  ])('refuses %s with exit code 2', async (_, given, message) => {
    const failing = runExport(checkpoint, given());
    await expect(failing).rejects.toThrow(message);
    await expect(failing).rejects.toSatisfy(
      (error) => error instanceof CliError && error.exitCode === EXIT.usage,
    );
  });

  it('refuses what is a model already', async () => {
    await runExport(checkpoint, options());
    await expect(
      runExport(path.join(folder, 'out'), options({ out: path.join(folder, 'again') })),
    ).rejects.toThrow(/is a Hugging Face model already: export takes a checkpoint/);
  });
});
