#!/usr/bin/env node
// Lets Node read TypeScript, then is the command itself: no process between the terminal's signals and the run.
import { register } from 'tsx/esm/api';

register();
await import('../src/cli/main.ts');
