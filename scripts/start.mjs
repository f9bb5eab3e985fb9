/** @file `npm start`: sets up what is missing, then runs database, API, dashboard and workers until it is stopped. */
import { requireNode } from './lib/nodeVersion.mjs';

requireNode();
const { OptionError, parseStartOptions, startHelp } = await import('./lib/startOptions.mjs');
try {
  const options = parseStartOptions(process.argv.slice(2));
  if (options === 'help') console.log(startHelp());
  else {
    const { runHouse } = await import('./lib/house.mjs');
    // Exits even when something of a broken-off set-up (a download) is still under way.
    process.exit(await runHouse(options));
  }
} catch (error) {
  if (!(error instanceof OptionError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
