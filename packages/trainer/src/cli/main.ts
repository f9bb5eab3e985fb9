/** @file The command `nabla`. */
import { Command, InvalidArgumentError, Option } from 'commander';

import { readSettings } from '../worker/env.ts';
import { runWorker } from '../worker/worker.ts';
import { CliError, EXIT } from './cliError.ts';
import { onInterrupt } from './interrupt.ts';
import { Progress } from './progress.ts';
import { apiKeyOf, train, type TrainOptions } from './train.ts';

const backend = new Option(
  '--backend <engine>',
  'TensorFlow natively, WebAssembly, or the better one there is',
)
  .choices(['auto', 'native', 'wasm'])
  .default('auto')
  .env('NABLA_BACKEND');
const server = new Option('--server <url>', 'address of the API, for instance http://localhost:4000').env(
  'NABLA_API_URL',
);
const apiKey = new Option(
  '--api-key <key>',
  'API key of a researcher (better in the environment, where `ps` does not show it)',
).env('NABLA_API_KEY');
const apiKeyFile = new Option('--api-key-file <path>', 'file that holds the key').env('NABLA_API_KEY_FILE');

const program = new Command('nabla')
  .description('Policy-gradient training of language models.')
  .version('0.1.0')
  .showHelpAfterError('(nabla --help tells more)')
  .exitOverride()
  .addHelpText(
    'after',
    `
Exit codes: 0 done · 1 the run failed · 2 command, configuration or file not valid · 3 server refused or not reached
            4 cancelled, or the run went to another worker · 5 paused on the server · 130 interrupted, can be resumed`,
  );

program
  .command('train')
  .description('Executes a run here: recorded on a server, or in files only.')
  .argument('[run.yaml]', 'configuration; see docs/cli.md for its fields')
  .option(
    '--set <path=value>',
    'change a field, for instance --set policyGradient.groupSize=16 (repeatable)',
    collect,
    [],
  )
  .option('--out <folder>', 'folder of the run (default: runs/<name>-<time>)')
  .option('--resume [step]', 'go on with the run in --out, from its latest checkpoint or that of a step')
  .option('--rewards <folder>', "folder of reward modules (default: the configuration's)")
  .addOption(server)
  .addOption(apiKey)
  .addOption(apiKeyFile)
  .option('--project <slug>', 'project of the run on the server (needed where there are several)')
  .addOption(backend)
  .addHelpText(
    'after',
    `
Without --server everything is written to files in --out:
  config.yaml        the configuration with all defaults filled in
  metrics.jsonl      one line a step
  completions.jsonl  one line a completion: prompt, text, rewards, advantage, log-probabilities
  checkpoints/       resume from any of them: the weights become exactly those of a run that was not interrupted

Examples:
  nabla train run.yaml
  nabla train run.yaml --set seed=2 --set policyGradient.advantage=group_norm --out runs/seed-2
  nabla train --resume --out runs/seed-2
  NABLA_API_KEY=nbl_… nabla train run.yaml --server http://localhost:4000 --project demo

Ctrl-C ends the step under way, writes a checkpoint and says how to go on.`,
  )
  .action(async (file: string | undefined, options: TrainOptions) => {
    process.exitCode = await train(file, options, new Progress(terminal()));
  });

program
  .command('worker')
  .description('Claims and executes runs of a server, one after another, until stopped.')
  .addOption(server)
  .addOption(apiKey)
  .addOption(apiKeyFile)
  .addOption(
    new Option('--dir <folder>', 'spool, checkpoints and identity; a folder for each worker')
      .env('NABLA_WORKER_DIR')
      .default('.nabla/worker'),
  )
  .option('--name <name>', 'name shown on the server (default: the host)')
  .option('--rewards <folder>', 'folder of reward modules that runs may use')
  .option('--lease <seconds>', 'how long the server waits for a sign of life', wholeNumber)
  .addOption(backend)
  .addHelpText(
    'after',
    `
Example:
  NABLA_API_KEY_FILE=.nabla/worker-key nabla worker --server http://localhost:4000

Start as many as there are machines or GPUs; each needs nothing but the API's address and a key. kill -9 loses nothing that was
recorded: the next worker goes on from the last checkpoint.`,
  )
  .action(worker);

interface WorkerOptions {
  readonly server?: string;
  readonly apiKey?: string;
  readonly apiKeyFile?: string;
  readonly dir: string;
  readonly name?: string;
  readonly rewards?: string;
  readonly lease?: number;
  readonly backend: string;
}

async function worker(options: WorkerOptions): Promise<void> {
  if (options.server === undefined)
    throw new CliError(EXIT.usage, 'a worker needs the address of an API: --server <url>');
  const settings = await readSettings({
    ...process.env,
    NABLA_API_URL: options.server,
    NABLA_API_KEY: await apiKeyOf(options),
    NABLA_WORKER_DIR: options.dir,
    NABLA_BACKEND: options.backend,
    ...(options.name === undefined ? {} : { NABLA_WORKER_NAME: options.name }),
    ...(options.rewards === undefined ? {} : { NABLA_REWARDS_DIR: options.rewards }),
    ...(options.lease === undefined ? {} : { NABLA_LEASE_SECONDS: String(options.lease) }),
  });
  const shutdown = new AbortController();
  const say = (message: string): void =>
    void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${message}\n`);
  const forget = onInterrupt(() => {
    say(
      'stopping: the step under way ends, the run is checkpointed and given back (Ctrl-C again to stop at once)',
    );
    shutdown.abort();
  });
  try {
    await runWorker(
      settings,
      {
        log: (level, message, runId) =>
          say(
            `${level === 'INFO' ? '' : `${level.toLowerCase()}: `}${runId === undefined ? '' : `${runId}: `}${message}`,
          ),
        onReady: ({ workerId, engine }) =>
          say(`worker ${workerId} is ready on ${settings.apiUrl}; ${engine.description}`),
      },
      shutdown.signal,
    );
  } finally {
    forget();
  }
}

function terminal() {
  return {
    isTTY: process.stderr.isTTY,
    get columns() {
      return process.stderr.columns ?? 80;
    },
    write: (text: string) => void process.stderr.write(text),
  };
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('give a whole number of seconds.');
  return Number(text);
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

/** Says what commander has not said itself. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CliError) {
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  if (error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number')
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  process.stderr.write(`nabla: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return EXIT.failed;
}
