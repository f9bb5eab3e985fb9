/** @file `npm run bench -- <name> [--json]`: prints figures; the last line is one JSON object {"name", "figures"}. */
import { requireNode } from './lib/nodeVersion.mjs';

requireNode();
const { CommandError, runCommand } = await import('./lib/command.mjs');
const { createProgress } = await import('./lib/progress.mjs');
const { ensureDependencies, ensureNativeBackend, ensurePrismaClient, exclusively } =
  await import('./lib/steps.mjs');
const { fromRoot } = await import('./lib/paths.mjs');

/** @type {Record<string, { help: string, folder: string, entry: string, native?: boolean }>} */
const BENCHES = {
  trainer: {
    help: 'one training step on each backend, larger models, growth with batch, length and width; --quick: the first only',
    folder: 'packages/trainer',
    entry: 'src/bench/trainerBench.ts',
    native: true,
  },
  xla: {
    help: 'what XLA costs and saves over models, batches and lengths, and the constants of `xla: auto` that fit; --quick: three small sizes',
    folder: 'packages/trainer',
    entry: 'src/bench/xlaBench.ts',
    native: true,
  },
  recording: {
    help: 'what recording costs a training run: API up, slow, down',
    folder: 'packages/trainer',
    entry: 'src/worker/bench/recordingBench.ts',
    native: true,
  },
  start: {
    help: 'a fresh clone: install, first page, later start, first reward',
    folder: '.',
    entry: 'scripts/bench/startBench.mjs',
  },
  ingest: {
    help: 'step records through the API into PostgreSQL',
    folder: 'apps/api',
    entry: 'src/bench/ingestBench.ts',
  },
};

const [name, ...rest] = process.argv.slice(2);
const bench = BENCHES[name ?? ''];
if (!bench) {
  const list = Object.entries(BENCHES).map(([each, { help }]) => `  ${each.padEnd(9)} ${help}`);
  console.error(
    [
      name ? `there is no bench "${name}"; there are:` : 'npm run bench -- <name> [--json]',
      ...list,
      '',
      '--json prints the last line, the JSON object, alone.',
    ].join('\n'),
  );
  process.exit(2);
}
const jsonOnly = rest.includes('--json');
// Standard output is kept for figures.
const progress = createProgress({ stream: process.stderr });
try {
  await exclusively(progress, async () => {
    await ensureDependencies(progress);
    await ensurePrismaClient(progress);
    if (bench.native) await ensureNativeBackend(progress);
  });
  let last = '';
  const args = bench.entry.endsWith('.ts')
    ? ['--import', import.meta.resolve('tsx'), bench.entry]
    : [bench.entry];
  await runCommand(process.execPath, [...args, ...rest.filter((arg) => arg !== '--json')], {
    cwd: fromRoot(bench.folder),
    onLine: (line) => {
      if (line.trim()) last = line;
      if (jsonOnly) process.stderr.write(`${line}\n`);
      else console.log(line);
    },
  });
  if (!isFigures(last)) throw new CommandError(`the bench "${name}" did not end with its figures`, [last]);
  if (jsonOnly) console.log(last);
} catch (error) {
  if (!(error instanceof Error)) throw error;
  console.error(error.message);
  if (error instanceof CommandError) console.error(error.output.join('\n'));
  process.exitCode = 1;
} finally {
  progress.close();
}

/** @param {string} line */
function isFigures(line) {
  try {
    const { name: named, figures } = JSON.parse(line);
    return typeof named === 'string' && typeof figures === 'object' && figures !== null;
  } catch {
    return false;
  }
}
