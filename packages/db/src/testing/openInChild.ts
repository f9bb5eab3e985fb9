/** @file Opens the database of the folder in its argument, says so, and waits to be killed: for tests of sudden death. */
import { openDatabase } from '../openDatabase.ts';

const db = await openDatabase({ dataDir: process.argv[2], port: 58_000 });
process.stdout.write(`${JSON.stringify({ url: db.url })}\n`);
setInterval(() => undefined, 1_000);
