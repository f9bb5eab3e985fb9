/** @file `npm test`: set-up, then every check and every test. The last line is `N passed, N failed`. */
import { requireNode } from './lib/nodeVersion.mjs';

requireNode();
const { runTests } = await import('./lib/testRun.mjs');
process.exitCode = await runTests(process.argv.slice(2));
