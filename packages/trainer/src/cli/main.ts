/** @file The command `nabla`. */
import { Command, Help } from 'commander';

import { CliError, EXIT } from './cliError.ts';
import { addDoctor } from './commands/doctorCommand.ts';
import { addEval } from './commands/evalCommand.ts';
import { addExport } from './commands/exportCommand.ts';
import { addReplay } from './commands/replayCommand.ts';
import { addSample } from './commands/sampleCommand.ts';
import { addTrain } from './commands/trainCommand.ts';
import { addWorker } from './commands/workerCommand.ts';
import { VERSION } from './version.ts';

const program = new Command('nabla')
  .description('Policy-gradient training of language models.')
  .version(VERSION)
  .showHelpAfterError('(nabla --help tells more)')
  .exitOverride()
  .configureHelp({
    optionDescription(option) {
      // Of options that may be repeated: none given is no default worth telling.
      const none = Array.isArray(option.defaultValue) && option.defaultValue.length === 0;
      return none ? option.description : Help.prototype.optionDescription.call(this, option);
    },
  })
  .addHelpText(
    'after',
    `
Exit codes: 0 done · 1 the run failed · 2 command, configuration or file not valid · 3 server refused or not reached
            4 cancelled, or the run went to another worker · 5 paused on the server · 130 interrupted, can be resumed`,
  );

// In the order of use, which is the order of the help.
for (const add of [addTrain, addEval, addSample, addReplay, addExport, addDoctor, addWorker]) add(program);
for (const command of program.commands)
  command.showHelpAfterError(`(nabla ${command.name()} --help tells more)`);

// `nabla sample … | head`: whoever reads has read enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(process.exitCode ?? 0);
});

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
