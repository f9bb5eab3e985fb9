import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import type { LoraConfig, RunConfig } from '@nabla/domain';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { scratchArchitecture, type Architecture } from '../model/architecture.ts';
import { huggingFaceArchitecture } from '../model/huggingFaceArchitecture.ts';
import { checkpointReader } from '../model/huggingFaceWeights.ts';
import { loraLayout, loraSpecs } from '../model/lora.ts';
import { hashModelFiles } from '../model/modelBase.ts';
import { initialValues, parameterSpecs, type ParameterSpec } from '../model/parameters.ts';
import { STATE_FORMAT_VERSION, type SessionState } from '../sessionState.ts';
import { tinyConfig } from '../testing/tinyModel.ts';
import { openHuggingFaceTokenizer } from '../tokenizer/huggingFaceTokenizer.ts';
import { openTokenizer } from '../tokenizer/openTokenizer.ts';
import { exportModel, type ExportOptions } from './exportModel.ts';
import { openModelDirectory } from './modelDirectory.ts';
import { openSafetensors, openSafetensorsFile } from './safetensors.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nabla-export-'));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

const out = () => path.join(folder, 'exported');

function stateOf(config: RunConfig, specs: readonly ParameterSpec[], seed: number): SessionState {
  const values = initialValues(specs, seed);
  return {
    formatVersion: STATE_FORMAT_VERSION,
    config,
    configHash: 'a'.repeat(64),
    base: null,
    step: 7,
    stage: 'POLICY_GRADIENT',
    counters: { warmupCursor: 0, promptCursor: 0, updates: 4 },
    scalars: {},
    metrics: {},
    tensors: [
      ...specs.map(({ name, shape }, index) => ({
        name: `weights/${name}`,
        shape,
        data: values[index] ?? new Float32Array(),
      })),
      // What an estimator keeps beside the policy does not belong into an export.
      { name: 'weights/value.head', shape: [16, 1], data: new Float32Array(16) },
      ...specs.map(({ name, shape }, index) => ({
        name: `m/${name}`,
        shape,
        data: new Float32Array(values[index]?.length ?? 0),
      })),
    ],
  };
}

function scratch(kind: 'char' | 'byte') {
  const config = tinyConfig({ tokenizer: { kind } });
  const tokenizer = openTokenizer(config.tokenizer, config.task);
  if (config.model.kind !== 'scratch') throw new Error('the tiny model is from scratch');
  const architecture = scratchArchitecture(config.model, tokenizer.vocabulary);
  return { config, tokenizer, architecture, state: stateOf(config, parameterSpecs(architecture), 5) };
}

const exporting = (state: SessionState, change: Partial<ExportOptions> = {}) =>
  exportModel({ state, out: out(), format: 'hugging_face', modelsDir: folder, name: 'tiny', ...change });

/** Every parameter, read back through the checks that a model passes before it is trained. */
async function weightsIn(dir: string): Promise<{ architecture: Architecture; values: Float32Array[] }> {
  const { config } = await openModelDirectory({ source: dir, modelsDir: folder });
  const architecture = huggingFaceArchitecture(config);
  const file = await openSafetensors(dir);
  const reader = checkpointReader(architecture, file, dir);
  const values: Float32Array[] = [];
  for (const parameter of reader.parameters) values.push(await reader.read(parameter));
  await file.close();
  return { architecture, values };
}

const policyOf = ({ tensors }: SessionState) =>
  tensors
    .filter(({ name }) => name.startsWith('weights/') && name !== 'weights/value.head')
    .map(({ data }) => data);

describe('exporting a model from scratch', () => {
  it.each(['char', 'byte'] as const)(
    'gives a Llama whose weights and %s tokens are the same',
    async (kind) => {
      const { state, tokenizer, architecture } = scratch(kind);
      const { dir, files, parameters } = await exporting(state);
      expect(dir).toBe(out());
      expect(files.map(({ name }) => name).sort()).toEqual((await readdir(dir)).sort());
      expect(await readdir(folder)).toEqual(['exported']);

      const { architecture: read, values } = await weightsIn(dir);
      // Its longest sequence is that of the platform, and the deviation of initial weights goes along.
      expect(read).toEqual({ ...architecture, maxPositions: read.maxPositions });
      expect(values).toEqual(policyOf(state));
      expect(parameters).toBe(values.reduce((sum, { length }) => sum + length, 0));

      const own = await openHuggingFaceTokenizer(dir);
      expect([own.vocabulary, own.padId, own.bosId, own.eosIds]).toEqual([
        tokenizer.vocabulary,
        tokenizer.padId,
        tokenizer.bosId,
        [...tokenizer.eosIds],
      ]);
      for (const text of kind === 'char' ? ['', '3142>', '0'] : ['', 'Grüße 😀\n', '\u0000 \u00a0\u00ad'])
        expect(own.encode(text)).toEqual(tokenizer.encode(text));
      const ids = Array.from({ length: tokenizer.vocabulary }, (_, id) => id);
      expect(own.pieces(ids)).toEqual(tokenizer.pieces(ids));
    },
  );

  it('keeps refusing characters outside the alphabet', async () => {
    await exporting(scratch('char').state);
    const tokenizer = await openHuggingFaceTokenizer(out());
    expect(() => tokenizer.encode('12a4')).toThrow(/"a" in "12a4" has no token/);
  });

  it('says what run and step it comes from', async () => {
    await exporting(scratch('char').state);
    const record: unknown = JSON.parse(await readFile(path.join(out(), 'nabla.json'), 'utf8'));
    expect(record).toMatchObject({ run: 'tiny', step: 7, format: 'hugging_face', config: { seed: 1 } });
  });

  it('rounds to bfloat16 when asked, and says so in config.json', async () => {
    const { state } = scratch('char');
    await exporting(state, { dtype: 'BF16' });
    const { values } = await weightsIn(out());
    values.forEach((read, index) => {
      const exact = policyOf(state)[index] ?? [];
      // 8 significant bits: half a unit in the last place is 2^-9 of the value at most.
      read.forEach((value, at) =>
        expect(Math.abs(value - (exact[at] ?? 0))).toBeLessThanOrEqual(Math.abs(value) * 2 ** -8),
      );
    });
    const config: unknown = JSON.parse(await readFile(path.join(out(), 'config.json'), 'utf8'));
    expect(config).toMatchObject({ dtype: 'bfloat16' });
  });
});

describe('exporting a model that was trained from a directory', () => {
  /** A base that another export made, and a run that trained all of its weights. */
  async function trained() {
    const { state } = scratch('byte');
    const base = path.join(folder, 'base');
    await exporting(state, { out: base });
    await writeFile(path.join(base, 'chat_template.jinja'), '{{ messages[0].content }}');
    const config = tinyConfig({
      model: { kind: 'hugging_face', source: base },
      tokenizer: { kind: 'model' },
    });
    const architecture = huggingFaceArchitecture(
      (await openModelDirectory({ source: base, modelsDir: folder })).config,
    );
    return { base, state: stateOf(config, parameterSpecs(architecture), 6) };
  }

  it('keeps its configuration, generation settings and tokenizer, with the trained weights', async () => {
    const { base, state } = await trained();
    await exporting(state);
    expect((await weightsIn(out())).values).toEqual(policyOf(state));
    for (const name of [
      'tokenizer.json',
      'tokenizer_config.json',
      'chat_template.jinja',
      'generation_config.json',
    ])
      expect(await readFile(path.join(out(), name), 'utf8')).toBe(
        await readFile(path.join(base, name), 'utf8'),
      );
  });

  it('takes the base from where it lies now', async () => {
    const { base, state } = await trained();
    const moved = path.join(folder, 'moved');
    await mkdir(moved);
    for (const name of await readdir(base))
      await writeFile(path.join(moved, name), await readFile(path.join(base, name)));
    await rm(base, { recursive: true });
    await expect(exporting(state)).rejects.toThrow(/there is no model directory .*base/);
    await exporting(state, { base: moved });
    expect((await weightsIn(out())).values).toEqual(policyOf(state));
  });

  it('refuses a base of another shape', async () => {
    const { base, state } = await trained();
    const file = path.join(base, 'config.json');
    await writeFile(
      file,
      (await readFile(file, 'utf8')).replace('"intermediate_size": 24', '"intermediate_size": 32'),
    );
    await expect(exporting(state)).rejects.toThrow(
      /weights\/layers\.0\.feedForward\.gateUp is \[16,48\] instead of \[16,64\]/,
    );
    expect(await readdir(folder)).not.toContain('exported');
  });
});

describe('exporting adapters', () => {
  const BASE = fileURLToPath(new URL('../../fixtures/hugging_face/qwen2/', import.meta.url));
  const LORA = { rank: 3, alpha: 6, targets: ['k_proj', 'down_proj'] } satisfies LoraConfig;

  /** A run that trained adapters of two projections; both factors are far from zero. */
  async function adapted(base = BASE) {
    const config = tinyConfig({
      model: { kind: 'hugging_face', source: base, lora: LORA },
      tokenizer: { kind: 'model' },
    });
    const architecture = huggingFaceArchitecture(
      (await openModelDirectory({ source: base, modelsDir: folder })).config,
    );
    const specs = loraSpecs(architecture.layers, loraLayout(architecture, LORA)).map((spec) => ({
      ...spec,
      std: 0.5,
    }));
    const state = stateOf(config, specs, 8);
    return { ...state, base: { source: base, sha256: await hashModelFiles(base) } };
  }

  it('writes them as PEFT names them, and merged into the base by W + alpha / rank · B A', async () => {
    const state = await adapted();
    const whole = path.join(folder, 'whole');
    const { files } = await exporting(state, { format: 'peft' });
    await exporting(state, { out: whole });
    expect(files.map(({ name }) => name)).toEqual([
      'adapter_config.json',
      'adapter_model.safetensors',
      'nabla.json',
    ]);
    const settings: unknown = JSON.parse(await readFile(path.join(out(), 'adapter_config.json'), 'utf8'));
    expect(settings).toMatchObject({
      peft_type: 'LORA',
      task_type: 'CAUSAL_LM',
      r: 3,
      lora_alpha: 6,
      target_modules: expect.arrayContaining(['k_proj', 'down_proj']),
      base_model_name_or_path: BASE,
    });

    const adapters = await openSafetensorsFile(path.join(out(), 'adapter_model.safetensors'));
    const [base, merged] = [await openSafetensors(BASE), await openSafetensors(whole)];
    for (const projection of ['model.layers.1.self_attn.k_proj', 'model.layers.0.mlp.down_proj']) {
      const a = await adapters.read(`base_model.model.${projection}.lora_A.weight`); // [r, in]
      const b = await adapters.read(`base_model.model.${projection}.lora_B.weight`); // [out, r]
      const before = await base.read(`${projection}.weight`); // [out, in]
      const [rows = 0, columns = 0] = base.shape(`${projection}.weight`);
      expect([a.length, b.length]).toEqual([3 * columns, rows * 3]);
      const wanted = before.map((value, at) => {
        const [row, column] = [Math.floor(at / columns), at % columns];
        const product = [0, 1, 2].reduce(
          (sum, inner) => sum + (b[row * 3 + inner] ?? NaN) * (a[inner * columns + column] ?? NaN),
          0,
        );
        return value + (6 / 3) * product;
      });
      const found = await merged.read(`${projection}.weight`);
      // Sums of three products in float32 instead of float64: values are below 10.
      found.forEach((value, at) => expect(Math.abs(value - (wanted[at] ?? NaN))).toBeLessThan(1e-5));
      expect(found).not.toEqual(before);
    }
    for (const untouched of ['model.embed_tokens.weight', 'model.layers.0.self_attn.q_proj.weight'])
      expect(await merged.read(untouched)).toEqual(await base.read(untouched));
    // 2 layers × 2 modules × 2 factors.
    expect(adapters.names()).toHaveLength(8);
    await Promise.all([adapters, base, merged].map(async (file) => file.close()));
  });

  it('refuses a base that is not the one they were trained on', async () => {
    const other = path.join(folder, 'other');
    await cp(BASE, other, { recursive: true });
    const state = await adapted(other);
    await exporting(state, { format: 'peft' });
    const file = path.join(other, 'config.json');
    await writeFile(file, `${await readFile(file, 'utf8')} `);
    await expect(exporting(state, { out: path.join(folder, 'again') })).rejects.toThrow(
      /the adapters were trained on .*other with files of SHA-256 [0-9a-f]{12}….*Name the right directory with --base/,
    );
  });
});

describe('where it is written', () => {
  it('overwrites nothing, and leaves nothing behind when it fails', async () => {
    const { state } = scratch('char');
    await mkdir(out());
    await exporting(state);
    await expect(exporting(state)).rejects.toThrow(/exported is not empty: give a new directory/);
    await expect(exporting(state, { out: path.join(out(), 'config.json') })).rejects.toThrow(/is a file/);

    const broken = { ...state, tensors: state.tensors.slice(1) };
    await expect(exporting(broken, { out: path.join(folder, 'other') })).rejects.toThrow(
      /weights\/embedding is missing/,
    );
    expect(await readdir(folder)).toEqual(['exported']);
  });

  it('writes adapters only where there are some', async () => {
    await expect(exporting(scratch('char').state, { format: 'peft' })).rejects.toThrow(
      /holds a whole model, no LoRA adapters: export it with format hugging_face/,
    );
  });
});
