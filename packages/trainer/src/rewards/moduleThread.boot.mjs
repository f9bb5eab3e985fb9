// A thread does not inherit the loader of the process: both of tsx's are registered here, then the thread's own code runs.
import { register as registerCommonJs } from 'tsx/cjs/api';
import { register } from 'tsx/esm/api';

registerCommonJs();
register();
await import('./moduleThread.entry.ts');
