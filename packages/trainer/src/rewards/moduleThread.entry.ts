/** @file Runs in a reward module's thread: loads the module, calls its function, and says at once what came of each call. */
import { parentPort, workerData } from 'node:worker_threads';

import { reasonOf } from './rewardComponent.ts';
import {
  scoreRequestSchema,
  threadDataSchema,
  type ModuleItem,
  type ThreadMessage,
} from './moduleThread.protocol.ts';

const port = parentPort;
if (port === null) throw new Error('moduleThread.entry.ts runs in a thread of the trainer, not by hand');
const { href, batch } = threadDataSchema.parse(workerData);
const say = (message: ThreadMessage): void => port.postMessage(message);

type Answer = Extract<ThreadMessage, { type: 'batch' }>['answers'][number];

const score = await load();
if (score !== null) {
  port.on('message', (message: unknown) => {
    const { items } = scoreRequestSchema.parse(message);
    if (batch) scoreTogether(score, items);
    else items.forEach((item, position) => scoreOne(score, item, position));
  });
  say({ type: 'ready' });
}

type ScoreFunction = (input: unknown) => unknown;

async function load(): Promise<ScoreFunction | null> {
  try {
    const loaded: unknown = await import(href);
    const found = defaultOf(defaultOf(loaded) ?? loaded);
    const score = isFunction(found) ? found : defaultOf(loaded);
    if (isFunction(score)) return score;
    say({ type: 'unusable', reason: 'has no function as its default export' });
  } catch (error) {
    say({ type: 'unusable', reason: `does not load: ${reasonOf(error)}` });
  }
  return null;
}

function scoreOne(score: ScoreFunction, item: ModuleItem, position: number): void {
  const tell = (answer: Answer): void => say({ type: 'answered', position, ...answer });
  try {
    const given = score(item);
    if (!isThenable(given)) return tell(toAnswer(given));
    say({ type: 'promised', position });
    Promise.resolve(given).then(
      (value) => tell(toAnswer(value)),
      (error: unknown) => tell(failed(error)),
    );
  } catch (error) {
    tell(failed(error));
  }
}

function scoreTogether(score: ScoreFunction, items: readonly ModuleItem[]): void {
  const tell = (answers: Answer[]): void => say({ type: 'batch', answers });
  const fail = (error: unknown): void => tell(items.map(() => failed(error)));
  Promise.resolve()
    .then(() => score([...items]))
    .then((values) => {
      if (Array.isArray(values) && values.length === items.length) return tell(values.map(toAnswer));
      const what = Array.isArray(values) ? `an array of ${values.length}` : kindOf(values);
      tell(
        items.map(() => ({
          value: null,
          error: `gave ${what} for ${items.length} completions instead of an array of as many numbers`,
        })),
      );
    })
    .catch(fail);
}

/** Only numbers and null can travel: whatever else was given is said in words. */
function toAnswer(value: unknown): Answer {
  if (value === null) return { value, error: null };
  if (typeof value === 'number' && Number.isFinite(value)) return { value, error: null };
  return { value: null, error: `gave ${kindOf(value)} instead of a finite number or null` };
}

function failed(error: unknown): Answer {
  return { value: null, error: reasonOf(error) };
}

function kindOf(value: unknown): string {
  if (typeof value === 'number') return String(value);
  return value === undefined ? 'undefined' : value === null ? 'null' : `a ${typeof value}`;
}

/** CommonJS seen from an ES module has its exports, `default` among them, under `default`. */
function defaultOf(module: unknown): unknown {
  return typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined;
}

function isFunction(value: unknown): value is ScoreFunction {
  return typeof value === 'function';
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
