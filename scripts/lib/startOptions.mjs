/** @file The options of `npm start`: one table that is parsed, checked and printed as help. */
import { resolve } from 'node:path';
import { fromRoot } from './paths.mjs';

/**
 * @typedef {object} StartOptions
 * @property {number} port port of the dashboard
 * @property {boolean} portNamed whether the user chose it
 * @property {number} apiPort
 * @property {boolean} apiPortNamed
 * @property {string} host address to listen on
 * @property {string | undefined} publicUrl where people reach the dashboard, when that is not http://localhost:port
 * @property {string} data data folder, absolute
 * @property {string | undefined} databaseUrl
 * @property {boolean} demo
 * @property {number} workers
 * @property {'auto' | 'native' | 'wasm'} backend
 * @property {string | undefined} rewards folder of reward modules, absolute
 */

/** @type {readonly { flag: string, value?: string, env?: string, fallback: string, help: string }[]} */
const OPTIONS = [
  {
    flag: '--port',
    value: 'PORT',
    env: 'NABLA_PORT',
    fallback: '3000',
    help: 'port of the dashboard; when not named, the next free one',
  },
  {
    flag: '--api-port',
    value: 'PORT',
    env: 'NABLA_API_PORT',
    fallback: '4000',
    help: 'port of the API; when not named, the next free one',
  },
  {
    flag: '--host',
    value: 'ADDRESS',
    env: 'NABLA_HOST',
    fallback: '127.0.0.1',
    help: 'address to listen on; 0.0.0.0 lets other machines in',
  },
  {
    flag: '--public-url',
    value: 'URL',
    env: 'PUBLIC_URL',
    fallback: 'http://localhost:<port>',
    help: 'address at which browsers reach the dashboard',
  },
  {
    flag: '--data',
    value: 'DIR',
    env: 'NABLA_DATA',
    fallback: '.nabla',
    help: 'folder of the database, checkpoints, spools and logs',
  },
  {
    flag: '--database-url',
    value: 'URL',
    env: 'DATABASE_URL',
    fallback: 'a PostgreSQL of its own',
    help: 'use this PostgreSQL (14 or newer) instead of the embedded one',
  },
  {
    flag: '--workers',
    value: 'N',
    env: 'NABLA_WORKERS',
    fallback: '1',
    help: 'how many training workers to start',
  },
  { flag: '--no-worker', fallback: 'off', help: 'start no worker: runs wait until one connects' },
  { flag: '--no-demo', fallback: 'off', help: 'do not create the demo run on the first start' },
  {
    flag: '--backend',
    value: 'KIND',
    env: 'NABLA_BACKEND',
    fallback: 'auto',
    help: 'auto, native or wasm: what the workers compute with',
  },
  {
    flag: '--rewards',
    value: 'DIR',
    env: 'NABLA_REWARDS_DIR',
    fallback: '<data>/rewards',
    help: "folder of the workers' reward modules",
  },
  { flag: '--help', fallback: '', help: 'print this' },
];

/** What a person typed wrong, in words for that person. */
export class OptionError extends Error {}

/** The help text. */
export function startHelp() {
  const rows = OPTIONS.map(({ flag, value, env, fallback, help }) => {
    const notes = [fallback && fallback !== 'off' ? `default: ${fallback}` : '', env ? `env: ${env}` : '']
      .filter(Boolean)
      .join('; ');
    return `  ${`${flag}${value ? ` ${value}` : ''}`.padEnd(22)} ${help}${notes ? `\n${' '.repeat(25)}(${notes})` : ''}`;
  });
  return [
    'npm start [-- options]',
    '',
    'Installs what is missing, then starts Nabla: database, API, dashboard and one training worker.',
    'Ctrl-C stops everything; data is kept. Options stand after a double dash, for instance:',
    '  npm start -- --port 8080 --data /srv/nabla',
    '',
    ...rows,
    '',
    'Logs of each process: <data>/logs/. More: docs/operations.md',
  ].join('\n');
}

/**
 * @param {readonly string[]} args command line without program names
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {StartOptions | 'help'}
 * @throws {OptionError}
 */
export function parseStartOptions(args, env = process.env) {
  const given = readFlags(args);
  if (given.has('--help')) return 'help';
  /** @param {string} flag */
  const pick = (flag) => {
    const option = OPTIONS.find((candidate) => candidate.flag === flag);
    const fromEnv = option?.env ? env[option.env] : undefined;
    return given.get(flag) ?? (fromEnv === '' ? undefined : fromEnv);
  };
  const backend = pick('--backend') ?? 'auto';
  if (backend !== 'auto' && backend !== 'native' && backend !== 'wasm')
    throw new OptionError(`--backend is "${backend}"; it can be auto, native or wasm`);
  const databaseUrl = pick('--database-url');
  if (databaseUrl !== undefined && !/^postgres(ql)?:\/\//.test(databaseUrl))
    throw new OptionError('--database-url must begin with postgres:// or postgresql://');
  const publicUrl = pick('--public-url');
  if (publicUrl !== undefined && !/^https?:\/\/[^/\s]+\/?$/.test(publicUrl))
    throw new OptionError(
      `--public-url is "${publicUrl}"; it must be an origin such as https://nabla.example.org`,
    );
  const port = pick('--port');
  const apiPort = pick('--api-port');
  const rewards = pick('--rewards');
  return {
    port: wholeNumber('--port', port ?? '3000', 1, 65_535),
    portNamed: port !== undefined,
    apiPort: wholeNumber('--api-port', apiPort ?? '4000', 1, 65_535),
    apiPortNamed: apiPort !== undefined,
    host: pick('--host') ?? '127.0.0.1',
    publicUrl: publicUrl?.replace(/\/$/, ''),
    data:
      pick('--data') === undefined
        ? fromRoot('.nabla')
        : resolve(env.INIT_CWD ?? process.cwd(), pick('--data') ?? ''),
    databaseUrl,
    demo: !given.has('--no-demo') && !/^(0|false|off|no)$/i.test(env.NABLA_DEMO ?? ''),
    workers: given.has('--no-worker') ? 0 : wholeNumber('--workers', pick('--workers') ?? '1', 0, 64),
    backend,
    rewards: rewards === undefined ? undefined : resolve(env.INIT_CWD ?? process.cwd(), rewards),
  };
}

/** @param {readonly string[]} args @returns {Map<string, string>} */
function readFlags(args) {
  /** @type {Map<string, string>} */
  const given = new Map();
  for (let at = 0; at < args.length; at += 1) {
    const [flag, inline] = splitOnce(args[at] ?? '');
    const name = flag === '-h' ? '--help' : flag;
    const option = OPTIONS.find((candidate) => candidate.flag === name);
    if (!option) throw new OptionError(`unknown option "${args[at]}"; npm start -- --help lists them`);
    if (!option.value) {
      if (inline !== undefined) throw new OptionError(`${name} takes no value`);
      given.set(name, '');
      continue;
    }
    const value = inline ?? args[++at];
    if (value === undefined || value === '' || (inline === undefined && value.startsWith('--')))
      throw new OptionError(`${name} needs a value: ${name} ${option.value}`);
    given.set(name, value);
  }
  return given;
}

/** @param {string} text @returns {[string, string | undefined]} */
function splitOnce(text) {
  const at = text.indexOf('=');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** @param {string} flag @param {string} text @param {number} low @param {number} high */
function wholeNumber(flag, text, low, high) {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < low || value > high)
    throw new OptionError(`${flag} is "${text}"; it must be a whole number from ${low} to ${high}`);
  return value;
}
