import { z } from 'zod';

const schema = z.object({
  DASHBOARD_PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  HOST: z.string().min(1).default('127.0.0.1'),
  API_URL: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:4000'),
});

export interface ServerEnv {
  readonly port: number;
  readonly host: string;
  /** Address of the GraphQL API, without a trailing slash. */
  readonly apiUrl: string;
}

/** Reads the process's environment once. Throws with one line per wrong variable. */
export function readEnv(source: Readonly<Record<string, string | undefined>>): ServerEnv {
  const parsed = schema.safeParse(source);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`the dashboard's environment is not usable:\n${lines.join('\n')}`);
  }
  return {
    port: parsed.data.DASHBOARD_PORT,
    host: parsed.data.HOST,
    apiUrl: parsed.data.API_URL.replace(/\/+$/, ''),
  };
}
