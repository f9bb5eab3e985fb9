/** @file What each process is started with. Everything they need to know comes by environment. */
import { hostname } from 'node:os';
import { join } from 'node:path';

/**
 * @typedef {import('./startOptions.mjs').StartOptions} StartOptions
 * @typedef {import('./service.mjs').ServiceSpec} ServiceSpec
 * @typedef {{ port: number, apiPort: number, url: string, apiUrl: string }} Addresses
 */

/** Where things are once ports are chosen. @param {StartOptions} options @param {{ port: number, apiPort: number }} ports @returns {Addresses} */
export function addressesOf(options, { port, apiPort }) {
  return {
    port,
    apiPort,
    url: options.publicUrl ?? `http://localhost:${port}`,
    apiUrl: `http://${reachable(options.host)}:${apiPort}`,
  };
}

/** @param {StartOptions} options @param {Addresses} at @returns {ServiceSpec} */
export function apiService(options, at) {
  return {
    name: 'api',
    folder: 'apps/api',
    entry: 'src/main.ts',
    readyMs: 120_000,
    stopMs: 15_000,
    env: {
      ...withoutSecrets(),
      API_PORT: String(at.apiPort),
      HOST: options.host,
      PUBLIC_URL: at.url,
      NABLA_DATA: options.data,
      NABLA_DEMO: options.demo ? '1' : '0',
      NODE_ENV: 'production',
      DATABASE_URL: options.databaseUrl,
    },
  };
}

/** @param {StartOptions} options @param {Addresses} at @returns {ServiceSpec} */
export function dashboardService(options, at) {
  return {
    name: 'dashboard',
    folder: 'apps/dashboard',
    entry: 'src/main.ts',
    readyMs: 60_000,
    stopMs: 10_000,
    env: {
      ...withoutSecrets(),
      DASHBOARD_PORT: String(at.port),
      HOST: options.host,
      API_URL: at.apiUrl,
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
    },
  };
}

/** @param {StartOptions} options @param {Addresses} at @param {number} number from 1 @returns {ServiceSpec} */
export function workerService(options, at, number) {
  return {
    name: `worker-${number}`,
    folder: 'packages/trainer',
    entry: 'src/worker/main.ts',
    readyMs: 120_000,
    stopMs: 30_000,
    env: {
      ...withoutSecrets(),
      NABLA_API_URL: at.apiUrl,
      NABLA_API_KEY_FILE: join(options.data, 'worker-key'),
      NABLA_WORKER_DIR: join(options.data, 'workers', String(number)),
      NABLA_REWARDS_DIR: options.rewards ?? join(options.data, 'rewards'),
      NABLA_BACKEND: options.backend,
      NABLA_WORKER_NAME: options.workers > 1 ? `${hostname()} ${number}` : undefined,
      NODE_ENV: 'production',
    },
  };
}

/** The environment less what only one process may know. */
function withoutSecrets() {
  return { DATABASE_URL: undefined, NABLA_API_KEY: undefined };
}

/** An address to connect to, for one to listen on. @param {string} host */
function reachable(host) {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
