import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { moduleReward, type ModuleRewardConfig } from './moduleReward.ts';
import { moduleHash } from './moduleVersion.ts';
import type { RewardComponent, RewardInput } from './rewardComponent.ts';

const input = (completion: string, answer: string | null = '3'): RewardInput => ({
  prompt: '1+2=',
  completion,
  answer,
  tokenCount: completion.length + 1,
});

/** For what comes of another thread, on a slow machine too. */
const PATIENT = { timeout: 30_000 };

describe('moduleReward', () => {
  let root = '';
  const open: RewardComponent[] = [];
  const said: string[] = [];
  const warned: string[] = [];

  const load = async (
    modulePath: string,
    over: Partial<ModuleRewardConfig> = {},
    rewardsDir: string | undefined = path.join(root, 'rewards'),
  ): Promise<RewardComponent> => {
    const reward = await moduleReward(
      {
        kind: 'module',
        name: 'own',
        weight: 1,
        clip: null,
        normalise: 'none',
        path: modulePath,
        // Far above what a call takes on a busy machine, far below what a test may take.
        timeoutMs: 2000,
        memoryMb: 64,
        batch: false,
        ...over,
      },
      { rewardsDir, log: (line) => said.push(line), warn: (line) => warned.push(line) },
    );
    open.push(reward);
    return reward;
  };
  const write = async (name: string, code: string): Promise<string> => {
    await writeFile(path.join(root, 'rewards', name), code);
    return name;
  };
  const score = async (reward: RewardComponent, ...texts: string[]) =>
    reward.score(texts.map((text) => input(text)));

  beforeAll(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'nabla-rewards-'));
    await mkdir(path.join(root, 'rewards', 'sub'), { recursive: true });
    await write(
      'sub/length.mjs',
      'export default ({ prompt, completion, answer }) => prompt.length + completion.length + (answer?.length ?? 100);\n',
    );
    await write('broken.mjs', 'export default (\n');
    await write('none.mjs', 'export const x = 1;\n');
    await writeFile(path.join(root, 'outside.mjs'), 'export default () => 1;\n');
    await symlink(path.join(root, 'outside.mjs'), path.join(root, 'rewards', 'link.mjs'));
    // What goes wrong is chosen by the completion.
    await write(
      'moody.mjs',
      `export default ({ completion }) => {
        if (completion === 'loop') for (;;);
        if (completion === 'exit') process.exit(7);
        if (completion === 'throw') throw new RangeError('boom');
        if (completion === 'never') return new Promise(() => undefined);
        if (completion === 'nothing') { setTimeout(() => { throw null; }); return new Promise(() => undefined); }
        if (completion === 'later') { setTimeout(() => { throw new Error('from a timer'); }); return new Promise(() => undefined); }
        if (completion === 'memory') { const held = []; for (;;) held.push(new Array(1000).fill(held.length)); }
        if (completion === 'kill') process.kill(process.pid, 'SIGKILL');
        if (completion === 'string') return '1';
        if (completion === 'nan') return NaN;
        if (completion === 'null') return null;
        if (completion === 'slow') return new Promise((resolve) => setTimeout(resolve, 50, 2));
        return completion.length;
      };\n`,
    );
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map(async (reward) => reward.dispose?.()));
    said.length = 0;
    warned.length = 0;
  });
  afterAll(() => rm(root, { recursive: true }));

  it('scores with the default export, in order, promises awaited', async () => {
    const reward = await load('sub/length.mjs');
    const [first, second] = await reward.score([input('abc'), input('abc', null)]);
    expect([first?.value, second?.value]).toEqual([4 + 3 + 1, 4 + 3 + 100]);
    expect(first?.version).toBe(reward.version);
    expect(reward.version).toMatch(/^[0-9a-f]{64}$/);
    const moody = await load('moody.mjs');
    expect((await score(moody, 'slow', 'abc', 'slow')).map(({ value }) => value)).toEqual([2, 3, 2]);
    expect(await score(moody)).toEqual([]);
  });

  it.each([
    [
      'typed.ts',
      'import { half } from "./half.ts";\nexport default ({ completion }: { completion: string }): number => half(completion.length);\n',
    ],
    ['common.cjs', 'module.exports = ({ completion }) => completion.length / 2;\n'],
    ['plain.js', 'export default ({ completion }) => completion.length / 2;\n'],
    [
      'typed.mts',
      'export default ({ completion }: { completion: string }): number => completion.length / 2;\n',
    ],
  ])('takes %s', async (name, code) => {
    await write('half.ts', 'export const half = (x: number): number => x / 2;\n');
    const [answer] = await score(await load(await write(name, code)), 'abc');
    expect(answer?.value).toBe(1.5);
  });

  it('takes what is no number for null, with the reason', async () => {
    const answers = await score(await load('moody.mjs'), 'string', 'nan', 'null', 'throw', 'ok');
    expect(answers.map(({ value }) => value)).toEqual([null, null, null, null, 2]);
    expect(answers.map(({ error }) => error)).toEqual([
      'gave a string instead of a finite number or null',
      'gave NaN instead of a finite number or null',
      null,
      'RangeError: boom',
      null,
    ]);
    expect(warned).toEqual([]);
  });

  it.each([
    ['loop', /no answer within 2 s/],
    ['exit', /ended its thread with code 7/],
    ['memory', /needed more than 64 MiB/],
    // As a fault in native code does, or one allocation beyond all bounds: more than the thread ends.
    ['kill', /its process was ended by SIGKILL/],
    ['later', /an error that nothing caught, Error: from a timer/],
    ['nothing', /an error that nothing caught, null/],
    ['never', /no answer within 2 s/],
  ])('%s costs that completion its reward and no other; the thread is started anew', async (what, reason) => {
    const reward = await load('moody.mjs');
    const answers = await score(reward, 'a', what, 'ccc');
    expect(answers.map(({ value }) => value)).toEqual([1, null, 3]);
    expect(answers[1]?.error).toMatch(reason);
    expect(warned[0]).toMatch(/is started anew/);
    expect((await score(reward, 'dddd'))[0]?.value).toBe(4);
  });

  it('finds out which of several promises ended the thread', async () => {
    const answers = await score(await load('moody.mjs'), 'slow', 'later', 'slow');
    expect(answers.map(({ value, error }) => [value, error])).toEqual([
      [2, null],
      [null, expect.stringMatching(/timer/)],
      [2, null],
    ]);
  });

  it('gives up after three breaks without an answer', async () => {
    const reward = await load('moody.mjs');
    await expect(score(reward, 'exit', 'exit', 'exit', 'exit')).rejects.toMatchObject({
      code: 'REWARD_MODULE',
      message: expect.stringMatching(/"own".*3 times in a row without an answer.*code 7/),
    });
    // An answer in between starts the count anew.
    const patient = await load('moody.mjs');
    const answers = await score(patient, 'exit', 'exit', 'a', 'exit', 'b');
    expect(answers.map(({ value }) => value)).toEqual([null, null, 1, null, 1]);
  });

  it('loses no answer that was given before an error that nothing caught', async () => {
    // Thousands of answers are on their way when the error comes, by another way; each says which call of this thread it was.
    const code = `let calls = 0;
      export default ({ completion }) => {
        calls += 1;
        if (completion !== 'poison') return calls;
        queueMicrotask(() => { throw new Error('at once'); });
        return new Promise(() => undefined);
      };\n`;
    const reward = await load(await write('counts.mjs', code));
    const texts = Array.from({ length: 20000 }, () => 'a');
    const answers = await score(reward, ...texts, 'poison');
    // One that was lost would have been asked again, by a thread that counts from 1.
    expect(answers.slice(0, -1).map(({ value }) => value)).toEqual(texts.map((_, index) => index + 1));
    expect(answers.at(-1)).toMatchObject({ value: null, error: expect.stringMatching(/Error: at once/) });
    expect(warned).toEqual([expect.stringMatching(/is started anew: .*at once/)]);
  });

  it('does not count the time in which this thread was busy itself', async () => {
    const reward = await load('moody.mjs');
    // More than a pipe holds: the rest of the request leaves when this thread has time again, after the limit.
    const long = 'x'.repeat(4_000_000);
    const answers = score(reward, 'slow', long, 'abc');
    await Promise.resolve();
    holdThread(2300);
    expect((await answers).map(({ value }) => value)).toEqual([2, 4_000_000, 3]);
    expect(warned).toEqual([]);
  });

  describe('completions that come one after another', () => {
    it('are scored while others are missing, in the order they came', async () => {
      await write(
        'tells.mjs',
        'export default ({ completion }) => (console.log(completion), completion.length);\n',
      );
      const reward = await load('tells.mjs');
      const scoring = reward.begin?.(9);
      scoring?.add([input('a'), input('bb')]);
      // Only what was scored is printed.
      await expect.poll(() => said, PATIENT).toEqual(['reward "own": a', 'reward "own": bb']);
      scoring?.add([input('ccc')]);
      expect((await scoring?.finish())?.map(({ value }) => value)).toEqual([1, 2, 3]);
      expect((await score(reward, 'dddd'))[0]?.value).toBe(4);
    });

    it('come out as all at once do, whatever breaks', async () => {
      const texts = ['slow', 'exit', 'a', 'null', 'later', 'throw', 'bb'];
      const together = await score(await load('moody.mjs'), ...texts);
      const reward = await load('moody.mjs');
      const scoring = reward.begin?.(9);
      for (const text of texts) {
        scoring?.add([input(text)]);
        await new Promise((resolve) => void setImmediate(resolve));
      }
      expect(await scoring?.finish()).toEqual(together);
    });

    it('say in the end that the run cannot go on', async () => {
      const scoring = (await load('moody.mjs')).begin?.(9);
      scoring?.add(['exit', 'exit', 'exit', 'a'].map((text) => input(text)));
      await expect.poll(() => scoring?.isBusy, PATIENT).toBe(false);
      scoring?.add([input('bb')]);
      await expect(scoring?.finish()).rejects.toThrow(/3 times in a row without an answer/);
    });

    it('can be given up, in an endless loop too; the module goes on with others', async () => {
      // Only being given up can end the loop.
      const reward = await load('moody.mjs', { timeoutMs: 600_000 });
      for (let time = 0; time < 4; time++) {
        const scoring = reward.begin?.(9);
        scoring?.add([input('a'), input('loop')]);
        await scoring?.abandon();
        expect(scoring?.isBusy).toBe(false);
        await expect(scoring?.finish()).rejects.toThrow(/broken off/);
      }
      expect((await score(reward, 'dddd'))[0]?.value).toBe(4);
      expect(warned).toEqual([]);
    });

    it('end with the component', async () => {
      const reward = await load('moody.mjs', { timeoutMs: 600_000 });
      const outcome = score(reward, 'loop').then(() => 'answered', String);
      await reward.dispose?.();
      expect(await outcome).toMatch(/broken off/);
    });

    it('are not for a batch', async () => {
      await write('all.mjs', 'export default (items) => items.map(() => 1);\n');
      expect((await load('all.mjs', { batch: true })).begin).toBeUndefined();
    });
  });

  it('bears any number of completions that hang, once it has answered one', async () => {
    const answers = await score(await load('moody.mjs'), 'a', 'loop', 'loop', 'loop', 'loop', 'b');
    expect(answers.map(({ value }) => value)).toEqual([1, null, null, null, null, 1]);
    await expect(score(await load('moody.mjs'), 'loop', 'loop', 'loop', 'a')).rejects.toThrow(
      /3 times in a row/,
    );
  });

  it('is not confused by messages of the module’s own', async () => {
    const code = `import { parentPort } from 'node:worker_threads';
      export default () => { parentPort.postMessage({ type: 'nonsense' }); return 1; };\n`;
    expect((await score(await load(await write('talks.mjs', code)), 'a'))[0]?.value).toBe(1);
    await expect.poll(() => said, PATIENT).toEqual([expect.stringMatching(/a message of its own/)]);
  });

  it('scores a batch in one call', async () => {
    const code = `export default async (items) => {
      const [first] = items;
      if (first.completion === 'few') return [1];
      if (first.completion === 'throw') throw new Error('boom');
      if (first.completion === 'loop') for (;;);
      if (first.completion === 'odd') return items.map((_, index) => (index % 2 ? 'x' : null));
      return items.map(({ completion }) => completion.length / items.length);
    };\n`;
    const reward = await load(await write('batch.mjs', code), { batch: true });
    const values = async (...texts: string[]) =>
      (await score(reward, ...texts)).map(({ value, error }) => value ?? error);
    expect(await values('aaaa', 'bb')).toEqual([2, 1]);
    expect(await values('few', 'b')).toEqual(
      Array(2).fill(expect.stringMatching(/gave an array of 1 for 2 completions/)),
    );
    expect(await values('throw', 'b')).toEqual(['Error: boom', 'Error: boom']);
    expect(await values('odd', 'b')).toEqual([null, expect.stringMatching(/gave a string/)]);
    expect(await values('loop', 'b')).toEqual(Array(2).fill('no answer within 2 s'));
    expect(await values('aaaa', 'bb')).toEqual([2, 1]);
  });

  it('passes on what the module prints, but not all of it', async () => {
    const code = `console.log('loaded');
      export default ({ completion }) => {
        if (completion === 'much') for (let line = 0; line < 1000; line++) console.log('line', line);
        else console.error('said ' + completion);
        return 1;
      };\n`;
    const reward = await load(await write('chatty.mjs', code));
    await score(reward, 'hello');
    // Printed text takes its own way between threads: it may come after the answer.
    await expect.poll(() => said, PATIENT).toEqual(['reward "own": loaded', 'reward "own": said hello']);
    await score(reward, 'much');
    await expect.poll(() => said.length, PATIENT).toBeGreaterThanOrEqual(20);
    await score(reward, 'much');
    await expect.poll(() => said.some((line) => /… and \d+ more lines/.test(line)), PATIENT).toBe(true);
    expect(said.length).toBeLessThan(70);
  });

  it('takes an edited module for a new one, and an edited import of it too', async () => {
    await write('helper.ts', 'export const value: number = 1;\n');
    await write('edited.ts', 'import { value } from "./helper.ts";\nexport default () => value;\n');
    const before = await load('edited.ts');
    await write('helper.ts', 'export const value: number = 2;\n');
    const after = await load('edited.ts');
    expect([(await score(before, ''))[0]?.value, (await score(after, ''))[0]?.value]).toEqual([1, 2]);
    expect(after.version).not.toBe(before.version);
    // Beside it, something else: not part of it.
    await write('unrelated.ts', 'export const x = 1;\n');
    expect((await load('edited.ts')).version).toBe(after.version);
    expect((await load('edited.ts', { batch: true })).version).not.toBe(after.version);
  });

  it('has packages and their versions in the hash', async () => {
    const folder = path.join(root, 'rewards', 'node_modules', 'judge');
    await mkdir(folder, { recursive: true });
    const manifest = (version: string) =>
      writeFile(
        path.join(folder, 'package.json'),
        JSON.stringify({ name: 'judge', version, main: 'index.js' }),
      );
    await writeFile(path.join(folder, 'index.js'), 'module.exports = { score: 5 };\n');
    await manifest('1.0.0');
    const file = path.join(
      root,
      'rewards',
      await write(
        'uses.mjs',
        'import fs from "fs";\nimport judge from "judge";\nexport default () => fs && judge.score;\n',
      ),
    );
    const first = await moduleHash(file);
    await manifest('1.0.1');
    expect(await moduleHash(file)).not.toBe(first);
    expect((await score(await load('uses.mjs'), ''))[0]?.value).toBe(5);
  });

  it.each([
    ['../outside.mjs', /lies outside the rewards folder/],
    ['/etc/passwd.js', /lies outside the rewards folder/],
    ['link.mjs', /link that leads outside/],
    ['absent.mjs', /is not in the rewards folder/],
    ['broken.mjs', /does not load/],
    ['none.mjs', /no function as its default export/],
    ['sub', /not a .js/],
  ])('refuses %s', (modulePath, reason) => expect(load(modulePath)).rejects.toThrow(reason));

  it('says why a module cannot be loaded', async () => {
    await write('lost.mjs', 'import "./nowhere.mjs";\nexport default () => 1;\n');
    await expect(load('lost.mjs')).rejects.toThrow(/does not load: .*nowhere/s);
    await write('fails.mjs', 'throw new Error("no licence");\n');
    await expect(load('fails.mjs')).rejects.toThrow(/does not load: Error: no licence/);
    await write('quits.mjs', 'process.exit(3);\nexport default () => 1;\n');
    await expect(load('quits.mjs')).rejects.toThrow(/does not load: the module ended its thread with code 3/);
  });

  it('says when there is no rewards folder', async () => {
    const config: ModuleRewardConfig = {
      kind: 'module',
      name: 'own',
      weight: 1,
      clip: null,
      normalise: 'none',
      path: 'a.mjs',
      timeoutMs: 1000,
      memoryMb: 64,
      batch: false,
    };
    await expect(moduleReward(config, { rewardsDir: undefined })).rejects.toThrow(/NABLA_REWARDS_DIR/);
    await expect(moduleReward(config, { rewardsDir: path.join(root, 'nowhere') })).rejects.toThrow(
      /does not exist/,
    );
  });
});

/** As a pass of the native backend does. */
function holdThread(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
