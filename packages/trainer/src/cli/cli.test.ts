import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { StepResult } from '../stepResult.ts';
import { CliError, EXIT } from './cliError.ts';
import { loadConfig } from './loadConfig.ts';
import { Progress, describeStep, duration } from './progress.ts';
import { lineOfPrompt, readPromptFile } from './promptFiles.ts';
import { train } from './train.ts';
import { RunFiles, assertNoRun, createRunFolder, openRunFolder } from './runFiles.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nabla-cli-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const VALID = `name: mine
task:
  kind: addition
policyGradient:
  steps: 10
  groupSize: 4
`;
async function yaml(text: string): Promise<string> {
  const file = join(folder, 'run.yaml');
  await writeFile(file, text);
  return file;
}
const failure = (promise: Promise<unknown>): Promise<CliError> =>
  promise.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => {
      if (!(error instanceof CliError)) throw error;
      return error;
    },
  );

describe('loadConfig', () => {
  it('fills in defaults and takes --set, new fields and list items included', async () => {
    const file = await yaml(`${VALID}rewards:\n  - { kind: exact_match, name: exact }\n`);
    const config = await loadConfig(file, [
      'policyGradient.groupSize=16',
      'rewards.0.weight=2',
      'seed=5',
      'policyGradient.kl.beta=0.1',
    ]);
    expect(config).toMatchObject({
      seed: 5,
      policyGradient: { groupSize: 16, steps: 10, kl: { beta: 0.1 } },
      rewards: [{ weight: 2 }],
    });
  });

  it('names file, line and path of every field that is wrong', async () => {
    const file = await yaml(
      VALID.replace('steps: 10', 'steps: 0').replace('groupSize: 4', 'groupSize: many'),
    );
    const { message, exitCode } = await failure(loadConfig(file, []));
    expect(exitCode).toBe(EXIT.usage);
    expect(message.split('\n')).toEqual([
      expect.stringMatching(/run\.yaml:5: policyGradient\.steps: /),
      expect.stringMatching(/run\.yaml:6: policyGradient\.groupSize: /),
    ]);
  });

  it('names the option when the wrong value came from --set', async () => {
    const { message } = await failure(loadConfig(await yaml(VALID), ['policyGradient.groupSize=-1']));
    expect(message).toMatch(/^--set policyGradient\.groupSize: /);
  });

  it('gives every error to the override or to the line that it comes from', async () => {
    const reasons = async (text: string, ...overrides: string[]): Promise<string[]> =>
      (await failure(loadConfig(await yaml(text), overrides))).message.split('\n');
    // An unknown key of an override, beside a right override of the same section, and beside an unknown key of the file.
    expect(await reasons(VALID, 'policyGradient.steps=3', 'policyGradient.typo=1')).toEqual([
      '--set policyGradient.typo: there is no such setting',
    ]);
    expect(await reasons(`${VALID}  misspelt: 1\n`, 'policyGradient.typo=1')).toEqual([
      expect.stringMatching(/run\.yaml:7: policyGradient\.misspelt: there is no such setting$/),
      '--set policyGradient.typo: there is no such setting',
    ]);
    // An error within what was set, and one of the whole section that it stands in.
    expect(await reasons(VALID, 'policyGradient={steps: 0, groupSize: 4}')).toEqual([
      expect.stringMatching(/^--set policyGradient: policyGradient\.steps: /),
    ]);
    expect(await reasons(VALID, 'model.width=2048', 'model.layers=48', 'model.feedForward=2048')).toEqual([
      expect.stringMatching(/^--set model\.\w+: model: the model would have /),
    ]);
  });

  it('names the line of a syntax error, a file that is missing, and an override that is none', async () => {
    expect((await failure(loadConfig(await yaml('name: mine\ntask: [unclosed\n'), []))).message).toMatch(
      /run\.yaml:\d+: /,
    );
    expect((await failure(loadConfig(join(folder, 'missing.yaml'), []))).message).toContain('cannot be read');
    expect((await failure(loadConfig(await yaml(VALID), ['groupSize']))).message).toContain(
      'write a dotted path and a value',
    );
    expect((await failure(loadConfig(await yaml(VALID), ['name.first=x']))).message).toContain(
      'has no members',
    );
  });
});

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

const result = (step: number, metrics: Record<string, number> = {}): StepResult => ({
  step,
  stage: 'POLICY_GRADIENT',
  metrics: new Map(Object.entries(metrics)),
  completions: [
    {
      index: 0,
      evaluationSet: null,
      group: 0,
      promptText: 'p',
      answer: null,
      text: `text of ${step}`,
      tokenCount: 1,
      truncated: false,
      reward: 1,
      rewards: [],
      advantage: 0,
      signal: 0,
      kl: null,
      logp: -1,
      refLogp: null,
      updatedLogp: null,
      tokens: null,
    },
  ],
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

describe('progress', () => {
  const capture = (isTTY: boolean) => {
    const written: string[] = [];
    return { written, output: { isTTY, columns: 60, write: (text: string) => void written.push(text) } };
  };

  it('tells step, reward, signal, speed and time left', () => {
    const metrics = {
      'reward/mean': 0.71,
      'signal/std': 0.382,
      'throughput/completion_tokens_per_s': 2310.4,
    };
    expect(describeStep(result(120, metrics), 450, 250, 0)).toBe(
      'step 120/450  policy gradient  reward 0.710  signal 0.382  2,310 tokens/s  1m 23s left',
    );
  });

  it('tells of null rewards, however few, where there are any', () => {
    const line = (fraction: number): string =>
      describeStep(result(1, { 'reward/mean': 0.5, 'reward/null_fraction': fraction }), 1, undefined, 0);
    expect(line(0.469)).toBe('step 1/1  policy gradient  reward 0.500  null 47 %');
    expect(line(0.001)).toContain('null 1 %');
    expect(line(0)).not.toContain('null');
  });

  it('rewrites one line on a terminal, within its width', () => {
    const { written, output } = capture(true);
    const progress = new Progress(output, () => 0);
    progress.start({ step: 0, totalSteps: 3 });
    progress.step(
      result(1, { 'reward/mean': 1, 'signal/std': 1, 'throughput/completion_tokens_per_s': 123_456_789 }),
    );
    progress.step(result(2));
    progress.say('a line that stays');
    expect(written[0]?.startsWith('\r\u001B[K')).toBe(true);
    // The control sequence takes 4 characters and no room.
    expect((written[0]?.length ?? 0) - 4).toBeLessThan(60);
    expect(written.at(-1)).toBe('\r\u001B[Ka line that stays\n');
  });

  it('prints plain lines elsewhere, not one for every step, but always the last', () => {
    const { written, output } = capture(false);
    let now = 0;
    const progress = new Progress(output, () => now);
    progress.start({ step: 0, totalSteps: 100 });
    for (let step = 1; step <= 100; step++) {
      now += 100;
      progress.step(result(step));
    }
    expect(written.length).toBeLessThan(10);
    expect(written.every((line) => line.endsWith('\n') && !line.includes('\u001B'))).toBe(true);
    expect(written.at(-1)).toContain('step 100/100');
  });

  it.each([
    [999, '1s'],
    [59_400, '59s'],
    [80_000, '1m 20s'],
    [7_500_000, '2h 5m'],
  ])('%i ms are %s', (ms, text) => expect(duration(ms)).toBe(text));
});
