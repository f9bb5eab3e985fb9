/** @file The environment of the worker process, read once by its entry. Nothing else of the trainer looks at `process.env`. */
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';

import { z } from 'zod';

const schema = z
  .object({
    NABLA_API_URL: z.url({ protocol: /^https?$/ }),
    NABLA_API_KEY: z.string().min(1).optional(),
    NABLA_API_KEY_FILE: z.string().min(1).optional(),
    NABLA_WORKER_DIR: z.string().min(1).default('.nabla/worker'),
    NABLA_WORKER_NAME: z.string().min(1).max(120).default(hostname()),
    NABLA_BACKEND: z.enum(['auto', 'native', 'wasm']).default('auto'),
    NABLA_REWARDS_DIR: z.string().min(1).optional(),
    NABLA_MODELS_DIR: z.string().min(1).default('.nabla/models'),
    NABLA_LEASE_SECONDS: z.coerce.number().int().min(5).max(600).default(30),
    NABLA_POLL_MS: z.coerce.number().int().min(50).max(60_000).default(1000),
    NABLA_SPOOL_MAX_BYTES: z.coerce
      .number()
      .int()
      .min(1_000_000)
      .default(1024 ** 3),
    NABLA_STOP_SECONDS: z.coerce.number().int().min(1).max(600).default(15),
  })
  .refine((env) => env.NABLA_API_KEY !== undefined || env.NABLA_API_KEY_FILE !== undefined, {
    path: ['NABLA_API_KEY'],
    error:
      'give an API key with trainer rights, or NABLA_API_KEY_FILE with the path of a file that holds one',
  });

export interface WorkerSettings {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly folder: string;
  readonly name: string;
  readonly backend: 'auto' | 'native' | 'wasm';
  readonly rewardsDir?: string;
  /** Where downloaded models are kept. */
  readonly modelsDir: string;
  readonly leaseSeconds: number;
  readonly pollMs: number;
  readonly spoolMaxBytes: number;
  readonly stopSeconds: number;
}

/** @throws Error naming every variable that is missing or wrong. */
export async function readSettings(env: NodeJS.ProcessEnv): Promise<WorkerSettings> {
  const parsed = schema.safeParse(env);
  if (!parsed.success)
    throw new Error(
      `the worker's environment is not complete:\n${parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`).join('\n')}`,
    );
  const values = parsed.data;
  return {
    apiUrl: values.NABLA_API_URL,
    apiKey: values.NABLA_API_KEY ?? (await keyFrom(values.NABLA_API_KEY_FILE ?? '')),
    folder: values.NABLA_WORKER_DIR,
    name: values.NABLA_WORKER_NAME,
    backend: values.NABLA_BACKEND,
    ...(values.NABLA_REWARDS_DIR === undefined ? {} : { rewardsDir: values.NABLA_REWARDS_DIR }),
    modelsDir: values.NABLA_MODELS_DIR,
    leaseSeconds: values.NABLA_LEASE_SECONDS,
    pollMs: values.NABLA_POLL_MS,
    spoolMaxBytes: values.NABLA_SPOOL_MAX_BYTES,
    stopSeconds: values.NABLA_STOP_SECONDS,
  };
}

async function keyFrom(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new Error(`the API key file ${file} (NABLA_API_KEY_FILE) cannot be read`, { cause });
  }
}
