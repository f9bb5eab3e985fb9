/**
 * @file Generates the Prisma client into src/generated. `prisma generate` wants the schema engine on disk, and would
 * download it, although it does not run it: any existing program's path satisfies it. Never set that variable for
 * `prisma migrate`, which then prints an empty script and exits 0.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const cli = require.resolve('prisma/build/index.js');
const config = fileURLToPath(new URL('../../../prisma.config.ts', import.meta.url));
const result = spawnSync(process.execPath, [cli, 'generate', '--config', config, '--no-hints'], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  env: {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
  },
  encoding: 'utf8',
});
if (result.status !== 0) {
  process.stderr.write(`${result.stdout}\n${result.stderr}\n${result.error?.message ?? ''}`);
  process.exit(result.status ?? 1);
}
