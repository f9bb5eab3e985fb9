import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { ESTIMATOR_PRESET_NAMES, parseRunConfigYaml } from '@nabla/domain';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { CUDA } from '../doctor/cudaLibraries.ts';

const docs = (name: string): Promise<string> =>
  readFile(fileURLToPath(new URL(`../../../../docs/${name}`, import.meta.url)), 'utf8');
const blocks = (text: string, language: string): string[] =>
  Array.from(
    text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms')),
    ([, block = '']) => block,
  );

describe('docs/cli.md', () => {
  it('shows a configuration that is valid, and names every estimator preset', async () => {
    const text = await docs('cli.md');
    for (const yaml of blocks(text, 'yaml')) expect(parseRunConfigYaml(yaml)).toMatchObject({ ok: true });
    for (const name of ESTIMATOR_PRESET_NAMES) expect(text).toContain(`\`${name}\``);
  });
});

describe('docs/library.md', () => {
  it('shows the script that a test runs', async () => {
    const [script] = blocks(await docs('library.md'), 'ts');
    const [, ...lines] = (await docs('examples/grpo.ts')).split('\n');
    // Without its first line, which says in the file what the text around it says in the document.
    expect(script).toBe(lines.join('\n'));
  });
});

describe('docs/gpu.md', () => {
  const wheels = z.object({
    tensorflow: z.string(),
    variants: z.record(z.string(), z.array(z.object({ project: z.string(), file: z.string() }))),
  });

  it('names every pinned wheel with its version', async () => {
    const text = await docs('gpu.md');
    const file = fileURLToPath(new URL('../../native/wheels.json', import.meta.url));
    const { tensorflow, variants } = wheels.parse(JSON.parse(await readFile(file, 'utf8')));
    expect(CUDA.tensorflow).toBe(tensorflow);
    for (const wheel of variants['cuda-x64'] ?? []) {
      const version = wheel.file.split('-')[1] ?? '';
      expect(text).toMatch(new RegExp(`\`${wheel.project}\` +\\| ${version.replaceAll('.', '\\.')} `));
    }
    expect(text).toContain(CUDA.minDriver);
  });
});
