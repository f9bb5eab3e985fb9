/** @file The environment of the API process, read once by `main.ts`. Nothing else looks at `process.env`. */
import { join, resolve } from 'node:path';
import { z } from 'zod';

const flag = z
  .enum(['1', '0', 'true', 'false', 'on', 'off', 'yes', 'no'])
  .transform((word) => ['1', 'true', 'on', 'yes'].includes(word));

const schema = z.object({
  API_PORT: z.coerce.number().int().min(0).max(65_535).default(4000),
  HOST: z.string().min(1).default('127.0.0.1'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres:// or postgresql://')
    .optional(),
  NABLA_DATA: z.string().min(1).default('.nabla'),
  NABLA_ARTIFACTS: z.string().min(1).optional(),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).default('http://localhost:3000'),
  NABLA_DEMO: flag.default(true),
  /** Which proxies may say the caller's address (Express's `trust proxy`); matters for rate limits only. */
  TRUST_PROXY: z.string().default('loopback'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

export interface Env {
  port: number;
  host: string;
  databaseUrl: string | undefined;
  /** Absolute path of the data folder. */
  dataDir: string;
  /** Absolute path of the folder that holds artifacts by their SHA-256. */
  artifactsDir: string;
  /** Where people open the dashboard: links, cookies and the Origin check follow it. No trailing slash. */
  publicUrl: string;
  demo: boolean;
  trustProxy: string;
  logLevel: string;
}

/**
 * Reads and checks the environment.
 * @throws Error naming each variable that is wrong and why.
 */
export function readEnv(source: NodeJS.ProcessEnv): Env {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`The environment cannot be used:\n${lines.join('\n')}`);
  }
  const env = parsed.data;
  const dataDir = resolve(env.NABLA_DATA);
  return {
    port: env.API_PORT,
    host: env.HOST,
    databaseUrl: env.DATABASE_URL,
    dataDir,
    artifactsDir:
      env.NABLA_ARTIFACTS === undefined ? join(dataDir, 'artifacts') : resolve(env.NABLA_ARTIFACTS),
    publicUrl: new URL(env.PUBLIC_URL).origin,
    demo: env.NABLA_DEMO,
    trustProxy: env.TRUST_PROXY,
    logLevel: env.LOG_LEVEL,
  };
}
