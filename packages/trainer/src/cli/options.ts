/** @file Options that several commands share. */
import { readFile } from 'node:fs/promises';

import { type Command, InvalidArgumentError, Option } from 'commander';

import { CliError, EXIT } from './cliError.ts';

const ENGINES = ['auto', 'native', 'wasm'] as const;
export type EngineChoice = (typeof ENGINES)[number];

export function backendOption(): Option {
  return new Option(
    '--backend <engine>',
    'TensorFlow natively, WebAssembly, or the better one there is (native, where it loads)',
  )
    .choices(ENGINES)
    .default('auto')
    .env('NABLA_BACKEND');
}

export const DEFAULT_MODELS_FOLDER = '.nabla/models';

/** `--models`: where models of the hub are kept. */
export function modelsOption(): Option {
  return new Option('--models <folder>', 'where models downloaded by name are kept')
    .env('NABLA_MODELS_DIR')
    .default(DEFAULT_MODELS_FOLDER);
}

export interface ServerOptions {
  readonly server?: string;
  readonly apiKey?: string;
  readonly apiKeyFile?: string;
}

/** `--server`, `--api-key`, `--api-key-file`. */
export function addServerOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--server <url>', 'address of the API, for instance http://localhost:4000').env(
        'NABLA_API_URL',
      ),
    )
    .addOption(
      new Option(
        '--api-key <key>',
        'API key of a researcher (better in the environment, where `ps` does not show it)',
      ).env('NABLA_API_KEY'),
    )
    .addOption(new Option('--api-key-file <path>', 'file that holds the key').env('NABLA_API_KEY_FILE'));
}

/** The key given, or that of the environment (NABLA_API_KEY, NABLA_API_KEY_FILE), which commander puts in the options. */
export async function apiKeyOf(options: Pick<ServerOptions, 'apiKey' | 'apiKeyFile'>): Promise<string> {
  if (options.apiKey !== undefined) return options.apiKey;
  if (options.apiKeyFile === undefined)
    throw new CliError(
      EXIT.usage,
      'a server needs an API key: --api-key, --api-key-file, or the environment variable NABLA_API_KEY',
    );
  try {
    return (await readFile(options.apiKeyFile, 'utf8')).trim();
  } catch (cause) {
    throw new CliError(EXIT.usage, `the API key file ${options.apiKeyFile} cannot be read`, { cause });
  }
}

/** For options that may be given several times. */
export function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

/** A parser of whole numbers within bounds. */
export function wholeNumber(min = 0, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      const bounds = max < Number.MAX_SAFE_INTEGER ? ` from ${min} to ${max}` : min > 0 ? ` from ${min}` : '';
      throw new InvalidArgumentError(`Give a whole number${bounds}.`);
    }
    return value;
  };
}

/** A parser of numbers within bounds, the lower one left out. */
export function numberAbove(low: number, high = Infinity): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value > low && value <= high))
      throw new InvalidArgumentError(
        `Give a number above ${low}${high === Infinity ? '' : `, at most ${high}`}.`,
      );
    return value;
  };
}
