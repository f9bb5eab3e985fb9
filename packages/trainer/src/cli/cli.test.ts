import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { EXIT } from './cliError.ts';
import { loadConfig } from './loadConfig.ts';
import { Progress } from './progress.ts';
import { lineOfPrompt, readPromptFile } from './promptFiles.ts';
import { train } from './train.ts';
import { RunFiles, assertNoRun, createRunFolder, openRunFolder } from './runFiles.ts';
import { VALID, failure, result } from './testing.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nabla-cli-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function yaml(text: string): Promise<string> {
  const file = join(folder, 'run.yaml');
  await writeFile(file, text);
  return file;
}

describe('prompt files', () => {
  it('are refused with the number of every broken line', async () => {
    await writeFile(join(folder, 'p.jsonl'), '{"prompt":"1+1=","answer":"2"}\n\nnot json\n{"prompt":""}\n');
    const { message } = await failure(readPromptFile(folder, 'p.jsonl'));
    expect(message.split('\n')).toEqual([
      expect.stringMatching(/^p\.jsonl:3: not JSON/),
      expect.stringMatching(/^p\.jsonl:4: /),
    ]);
  });

  it('tell the line of a prompt, empty lines passed over', async () => {
    await writeFile(join(folder, 'p.jsonl'), '{"prompt":"a"}\n\n{"prompt":"b"}\n');
    expect(await lineOfPrompt(folder, 'p.jsonl', 1)).toBe(3);
    expect(await lineOfPrompt(folder, 'p.jsonl', 2)).toBeUndefined();
  });
});

describe('a run in files', () => {
  const lines = async (name: string): Promise<{ step: number }[]> =>
    (await readFile(join(folder, name), 'utf8'))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));

  it('has every step once, also after a crash in the middle of a line and a resume from an earlier step', async () => {
    const first = await RunFiles.open(folder, 0);
    for (let step = 1; step <= 6; step++) await first.append(result(step));
    await first.close();
    const metrics = join(folder, 'metrics.jsonl');
    await writeFile(metrics, (await readFile(metrics, 'utf8')).slice(0, -20));
    const second = await RunFiles.open(folder, 4);
    for (let step = 5; step <= 8; step++) await second.append(result(step));
    await second.close();
    const expected = [1, 2, 3, 4, 5, 6, 7, 8];
    expect((await lines('metrics.jsonl')).map(({ step }) => step)).toEqual(expected);
    expect((await lines('completions.jsonl')).map(({ step }) => step)).toEqual(expected);
  });

  it('never overwrites another one, and says where there is none', async () => {
    const config = await loadConfig(await yaml(VALID), []);
    const out = join(folder, 'out');
    await createRunFolder(out, config, { baseFolder: folder });
    expect(await openRunFolder(out)).toEqual({ baseFolder: folder });
    expect(await loadConfig(join(out, 'config.yaml'), [])).toEqual(config);
    expect((await failure(createRunFolder(out, config, { baseFolder: folder }))).message).toContain(
      '--resume',
    );
    expect((await failure(openRunFolder(folder))).message).toContain('holds no run');
    expect((await failure(assertNoRun(out))).message).toContain('holds a run already');
    // A file in its place, before anything is started.
    const inTheWay = await failure(assertNoRun(join(out, 'config.yaml')));
    expect([inTheWay.exitCode, inTheWay.message]).toEqual([
      EXIT.usage,
      expect.stringContaining('is there and is no folder'),
    ]);
  });
});

describe('a start that fails', () => {
  it('leaves the folder free for the next try', async () => {
    const file = await yaml(VALID.replace('kind: addition', 'kind: file\n  path: missing.jsonl'));
    const out = join(folder, 'out');
    const options = { set: [], out, backend: 'wasm' } as const;
    const progress = new Progress({ isTTY: false, columns: 80, write: () => undefined });
    const offline = { ...options, server: 'http://127.0.0.1:9', apiKey: 'nbl_wrong' };
    for (const tried of [options, offline, options])
      expect((await failure(train(file, tried, progress))).message).toContain('missing.jsonl');
    // With its prompts there: refused only when the server is asked.
    const whole = await yaml(VALID);
    expect((await failure(train(whole, offline, progress))).exitCode).toBe(EXIT.server);
    await expect(assertNoRun(out)).resolves.toBeUndefined();
  });
});

describe('nabla train', () => {
  const spoken: string[] = [];
  const progress = new Progress({ isTTY: false, columns: 80, write: (text) => void spoken.push(text) });
  beforeEach(() => void spoken.splice(0));

  it('prints the configuration and says the biases of what was chosen', async () => {
    const printed: string[] = [];
    const write = vi
      .spyOn(process.stdout, 'write')
      .mockImplementation((text) => printed.push(String(text)) > 0);
    const options = { set: ['policyGradient.preset=grpo'], printConfig: true, backend: 'wasm' } as const;
    expect(await train(await yaml(VALID), options, progress)).toBe(EXIT.ok);
    write.mockRestore();
    // What was printed is a whole configuration: it says the same when it is read again.
    const again = await loadConfig(await yaml(printed.join('')), []);
    expect(again).toEqual(await loadConfig(await yaml(VALID), ['policyGradient.preset=grpo']));
    expect(spoken.join('')).toMatch(/^note: group_norm divides/m);
  });

  it('refuses what only a script can run, and two configurations at once', async () => {
    const options = { set: [], backend: 'wasm' } as const;
    const file = await yaml(`${VALID}rewards:\n  - { kind: function, name: mine, version: abc }\n`);
    expect((await failure(train(file, options, progress))).message).toMatch(
      /^rewards\.0\.kind: a function is given in code/,
    );
    expect((await failure(train(file, { ...options, preset: 'demo' }, progress))).message).toContain(
      'not both',
    );
    expect((await failure(train(undefined, options, progress))).exitCode).toBe(EXIT.usage);
  });

  it('keeps where a model lies, as a path from the configuration', async () => {
    const file = await yaml(`${VALID}model: { source: ./my-model }\n`);
    const failed = await failure(
      train(file, { set: [], out: join(folder, 'out'), backend: 'wasm' }, progress),
    );
    expect(failed.message).toContain(join(folder, 'my-model'));
  });
});
