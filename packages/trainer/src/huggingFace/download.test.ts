import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { downloadModel, type DownloadOptions, type DownloadProgress } from './download.ts';
import { RETRIES } from './downloadFile.ts';
import { openModelDirectory } from './modelDirectory.ts';
import { startTestHub, type TestHub, type TestHubBehaviour } from '../testing/testHub.ts';

const NAME = 'owner/tiny-model';
const COMMIT = '0123456789abcdef0123456789abcdef01234567';
/** Larger than what a socket takes at once, so that a cut falls into the middle. */
const WEIGHTS = Buffer.from(Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * 31) % 251));

let folder: string;
let hub: TestHub;
const waits: number[] = [];

const usual = (): TestHubBehaviour => ({
  commit: COMMIT,
  large: ['model.safetensors'],
  files: {
    'config.json': Buffer.from('{"model_type":"llama"}'),
    'generation_config.json': Buffer.from('{"eos_token_id":[1,2]}'),
    'tokenizer.json': Buffer.from('{}'),
    'model.safetensors': WEIGHTS,
    'README.md': Buffer.from('# a model'),
    'pytorch_model.bin': Buffer.from('not wanted'),
    'onnx/model.onnx': Buffer.from('not wanted'),
  },
});

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nabla-download-'));
  hub = await startTestHub(NAME, usual());
  waits.length = 0;
});
afterEach(async () => {
  await hub.close();
  await rm(folder, { recursive: true, force: true });
});

const options = (change: Partial<DownloadOptions> = {}): DownloadOptions => ({
  name: NAME,
  revision: 'main',
  modelsDir: folder,
  endpoint: hub.endpoint,
  token: '',
  retries: {
    ...RETRIES,
    attempts: 3,
    wait: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
  },
  ...change,
});

describe('downloadModel', () => {
  it('fetches the files that are needed, under the commit, and tells how far it is', async () => {
    const told: DownloadProgress[] = [];
    const { dir, commit } = await downloadModel(options({ onProgress: (progress) => told.push(progress) }));
    expect(commit).toBe(COMMIT);
    expect(dir).toBe(path.join(folder, 'owner--tiny-model', COMMIT));
    expect((await readdir(dir)).sort()).toEqual([
      'config.json',
      'generation_config.json',
      'model.safetensors',
      'tokenizer.json',
    ]);
    expect((await readFile(path.join(dir, 'model.safetensors'))).equals(WEIGHTS)).toBe(true);
    // 22 + 22 + 2 bytes of JSON beside the weights.
    expect(told.at(-1)).toEqual({
      file: 'model.safetensors',
      fileBytes: 3_000_000,
      fileTotalBytes: 3_000_000,
      bytes: 3_000_046,
      totalBytes: 3_000_046,
    });
  });

  it('asks the hub no second time, for a name or its commit', async () => {
    const first = await downloadModel(options());
    await hub.close();
    expect(await downloadModel(options())).toEqual(first);
    expect(await downloadModel(options({ revision: COMMIT }))).toEqual(first);
  });

  it('goes on where a connection was cut', async () => {
    hub.behaviour.cutAfter = 700_000;
    const { dir } = await downloadModel(options());
    expect((await readFile(path.join(dir, 'model.safetensors'))).equals(WEIGHTS)).toBe(true);
    const ranges = hub.requests.filter((request) => request.includes('model.safetensors'));
    // Each connection brings at most 700,000 of 3,000,000 bytes, so there are at least five, and none begins anew.
    expect(ranges.length).toBeGreaterThanOrEqual(5);
    expect(ranges.slice(1).every((request) => / bytes=[1-9]\d*-$/.test(request))).toBe(true);
  });

  it('goes on with what an earlier process left', async () => {
    hub.behaviour.cutAfter = 700_000;
    const interrupt = new AbortController();
    const stopped = downloadModel(
      options({
        signal: interrupt.signal,
        retries: {
          ...RETRIES,
          wait: () => {
            interrupt.abort(new Error('stopped by the user'));
            return Promise.reject(new Error('stopped by the user'));
          },
        },
      }),
    );
    await expect(stopped).rejects.toThrow('stopped by the user');
    const part = path.join(folder, 'owner--tiny-model', `${COMMIT}.incomplete`, 'model.safetensors.part');
    const left = (await stat(part)).size;
    expect(left).toBeGreaterThan(0);

    hub.behaviour.cutAfter = undefined;
    hub.requests.length = 0;
    const { dir } = await downloadModel(options());
    expect((await readFile(path.join(dir, 'model.safetensors'))).equals(WEIGHTS)).toBe(true);
    // What was whole is not fetched again, and of the rest only what was missing.
    const files = hub.requests.filter((request) => request.includes('/resolve/'));
    expect(files).toEqual([`/${NAME}/resolve/${COMMIT}/model.safetensors bytes=${left}-`]);
  });

  it('starts a file anew where the server serves no parts', async () => {
    const aside = path.join(folder, 'owner--tiny-model', `${COMMIT}.incomplete`);
    await mkdir(aside, { recursive: true });
    await writeFile(path.join(aside, 'model.safetensors.part'), WEIGHTS.subarray(0, 1000));
    hub.behaviour.ignoresRanges = true;
    const { dir } = await downloadModel(options());
    expect((await readFile(path.join(dir, 'model.safetensors'))).equals(WEIGHTS)).toBe(true);
  });

  it('fetches a file again whose content is wrong, and says so when it stays wrong', async () => {
    hub.behaviour.spoil = 1;
    const { dir } = await downloadModel(options());
    expect(await readFile(path.join(dir, 'config.json'), 'utf8')).toBe('{"model_type":"llama"}');

    await rm(folder, { recursive: true });
    hub.behaviour.spoil = 2;
    await expect(downloadModel(options())).rejects.toThrow(
      /config\.json of owner\/tiny-model arrived with the wrong content twice: its git blob hash is [0-9a-f]{40}/,
    );
    expect(await readdir(path.join(folder, 'owner--tiny-model'))).not.toContain(COMMIT);
  });

  it('notices a wrong beginning that an earlier process left', async () => {
    const aside = path.join(folder, 'owner--tiny-model', `${COMMIT}.incomplete`);
    await mkdir(aside, { recursive: true });
    await writeFile(path.join(aside, 'model.safetensors.part'), Buffer.alloc(1000, 7));
    const { dir } = await downloadModel(options());
    expect((await readFile(path.join(dir, 'model.safetensors'))).equals(WEIGHTS)).toBe(true);
  });

  it('waits for a busy hub as long as it asks for, and gives up after a while', async () => {
    hub.behaviour.fail = { status: 503, times: 2, retryAfter: '7' };
    await downloadModel(options());
    expect(waits).toEqual([7000, 7000]);

    await rm(folder, { recursive: true });
    hub.behaviour.fail = { status: 503, times: 1000 };
    await expect(downloadModel(options())).rejects.toThrow(
      /owner\/tiny-model cannot be downloaded from http:\/\/127.*answered 503.*give its path as model\.source/s,
    );
  });

  it('cuts a connection that has fallen silent', async () => {
    hub.behaviour.silent = 1;
    const { dir } = await downloadModel(
      options({ retries: { ...RETRIES, attempts: 50, idleMs: 500, wait: () => Promise.resolve() } }),
    );
    expect(await readdir(dir)).toHaveLength(4);
  });

  it('sends the token, and says what to do without one', async () => {
    hub.behaviour.token = 'hf_secret';
    await expect(downloadModel(options())).rejects.toThrow(/no access to owner\/tiny-model.*set HF_TOKEN/);
    await expect(downloadModel(options({ token: 'hf_wrong' }))).rejects.toThrow(
      /the token in HF_TOKEN has no right/,
    );
    await downloadModel(options({ token: 'hf_secret' }));
  });

  it('follows the hub to where files are kept, parts too, and does not take the token there', async () => {
    const elsewhere = await startTestHub(NAME, { ...usual(), cutAfter: 2_000_000 });
    hub.behaviour.token = 'hf_secret';
    hub.behaviour.filesAt = elsewhere.endpoint;
    try {
      const { dir } = await downloadModel(options({ token: 'hf_secret' }));
      expect((await readFile(path.join(dir, 'model.safetensors'))).equals(WEIGHTS)).toBe(true);
      expect(elsewhere.requests.at(-1)).toMatch(/model\.safetensors bytes=[1-9]/);
      expect(new Set(hub.tokens)).toEqual(new Set(['hf_secret']));
      expect(new Set(elsewhere.tokens)).toEqual(new Set(['']));
    } finally {
      await elsewhere.close();
    }
  });

  it('names a revision that the hub does not have, and files that a model lacks', async () => {
    await expect(downloadModel(options({ revision: 'v9' }))).rejects.toThrow(
      /no owner\/tiny-model \(revision v9\)/,
    );
    delete hub.behaviour.files['model.safetensors'];
    await expect(downloadModel(options())).rejects.toThrow(
      /has no model\.safetensors\.index\.json: only safetensors are read/,
    );
  });

  it('takes the shards that the index names, whatever they are called, and no other file of weights', async () => {
    const { files } = hub.behaviour;
    delete files['model.safetensors'];
    files['model.safetensors.index.json'] = Buffer.from(
      JSON.stringify({
        weight_map: { a: 'part-1.safetensors', b: 'part-2.safetensors', c: 'part-1.safetensors' },
      }),
    );
    files['part-1.safetensors'] = Buffer.from('first');
    files['consolidated.safetensors'] = Buffer.from('all of it again');
    await expect(downloadModel(options())).rejects.toThrow(
      /has no part-2\.safetensors: model\.safetensors\.index\.json names it/,
    );
    files['part-2.safetensors'] = Buffer.from('second');
    const { dir } = await downloadModel(options());
    expect((await readdir(dir)).filter((name) => name.endsWith('.safetensors'))).toEqual([
      'part-1.safetensors',
      'part-2.safetensors',
    ]);
  });

  it('asks the hub and with the token that the environment names', async () => {
    hub.behaviour.token = 'hf_of_the_environment';
    vi.stubEnv('HF_ENDPOINT', `${hub.endpoint}/`);
    vi.stubEnv('HF_TOKEN', 'hf_of_the_environment');
    try {
      await downloadModel({ name: NAME, revision: 'main', modelsDir: folder });
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('says that a path works where no hub can be reached', async () => {
    const { endpoint } = hub;
    await hub.close();
    await expect(downloadModel(options({ endpoint }))).rejects.toThrow(
      /cannot be reached: .*copy the model's directory here and give its path/,
    );
    expect(waits).toEqual([1000, 2000]);
  });

  it('is done once when two ask at the same time, and takes over the lock of a dead process', async () => {
    const lock = path.join(folder, 'owner--tiny-model', '.lock');
    await mkdir(path.dirname(lock), { recursive: true });
    await writeFile(lock, '');
    const longAgo = new Date(Date.now() - 3_600_000);
    await utimes(lock, longAgo, longAgo);
    const [first, second] = await Promise.all([downloadModel(options()), downloadModel(options())]);
    expect(first).toEqual(second);
    expect(hub.requests.filter((request) => request.includes('model.safetensors'))).toHaveLength(1);
  });
});

describe('openModelDirectory', () => {
  it('reads a path without asking anybody', async () => {
    await hub.close();
    await writeFile(path.join(folder, 'config.json'), '{"model_type":"gpt2"}');
    const relative = path.relative(process.cwd(), folder);
    for (const source of [folder, `./${relative}`, relative]) {
      const found = await openModelDirectory({ source, modelsDir: '/nowhere' });
      expect(found).toEqual({
        dir: folder,
        commit: null,
        config: { model_type: 'gpt2' },
        generationConfig: null,
      });
    }
  });

  it('says what is wrong with a path', async () => {
    const open = (source: string) =>
      openModelDirectory({ source: path.join(folder, source), modelsDir: folder });
    await expect(open('gone')).rejects.toThrow(/there is no model directory .*gone/);
    await expect(openModelDirectory({ source: './not-there', modelsDir: folder })).rejects.toThrow(
      /there is no model directory .*not-there/,
    );
    await expect(openModelDirectory({ source: 'a/b/c', modelsDir: folder })).rejects.toThrow(
      /neither a directory .* nor a name on the hub/,
    );
    await expect(open('.')).rejects.toThrow(/config\.json is missing: .*tokenizer\.json/);
    // A file that says nothing is there all the same: what is made of it says what it lacks.
    await writeFile(path.join(folder, 'config.json'), 'null');
    expect((await open('.')).config).toBeNull();
    await writeFile(path.join(folder, 'config.json'), '{"model_type":');
    await expect(open('.')).rejects.toThrow(/config\.json is not valid JSON .*cut off/);
    await expect(open('config.json')).rejects.toThrow(/is a file: give the directory/);
  });
});
