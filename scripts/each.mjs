/** @file `node scripts/each.mjs <script>`: runs a script of every package that has it, one after another, and says which failed. */
import { CommandError, runCommand } from './lib/command.mjs';
import { packagesWith } from './lib/packages.mjs';
import { fromRoot } from './lib/paths.mjs';

const script = process.argv[2];
const packages = script ? packagesWith(script) : [];
if (!script || packages.length === 0) {
  console.error(
    script
      ? `no package has the script "${script}"`
      : 'which script? For instance: node scripts/each.mjs typecheck',
  );
  process.exit(2);
}
for (const { name, folder } of packages) {
  console.log(`— ${name}`);
  try {
    await runCommand('npm', ['run', '--silent', script], { cwd: fromRoot(folder), show: true });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    console.error(`${name}: ${error.message}`);
    process.exitCode = 1;
  }
}
