/** @file The parent's side of a training process: start it, hand it a job, take what it makes one thing after another, end it. */
import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

import type { RunStage } from '@nabla/domain';

import type { SavedCheckpoint } from '../checkpoint/checkpointStore.ts';
import type { StepResult } from '../stepResult.ts';
import {
  isFromTraining,
  type EngineInfo,
  type FromTraining,
  type ToTraining,
  type TrainingFailure,
  type TrainingJob,
} from './protocol.ts';

export type EngineChoice = 'auto' | 'native' | 'wasm';

/** Each is awaited before the next message is looked at; the step after next begins only when `step` has resolved. */
export interface TrainingHandlers {
  readonly started: (at: { step: number; totalSteps: number; stage: RunStage }) => void | Promise<void>;
  readonly step: (result: StepResult) => Promise<void>;
  readonly checkpoint: (checkpoint: SavedCheckpoint) => void | Promise<void>;
  readonly log: (level: 'INFO' | 'WARN' | 'ERROR', message: string) => void | Promise<void>;
  readonly waiting: (reason: string | null) => void;
}

export type TrainingOutcome =
  | { readonly kind: 'finished'; readonly step: number; readonly weightsHash: string }
  /** As asked; with `checkpoint` its last checkpoint holds everything done. */
  | { readonly kind: 'stopped'; readonly step: number }
  /** For a reason that another attempt would meet again. */
  | ({ readonly kind: 'failed' } & TrainingFailure)
  /** The process is gone without a word: killed, out of memory, or a fault in native code. */
  | { readonly kind: 'crashed'; readonly detail: string };

/** For messages that a process sent before it ended. */
const LAST_WORDS_MS = 1000;

const ENTRY = fileURLToPath(new URL('./trainingChild.ts', import.meta.url));

export class TrainingProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<string>;
  readonly #ready: Promise<EngineInfo>;
  #deliver: (message: FromTraining) => void = () => undefined;
  /** The error that ended it, if it could tell. */
  #uncaught: string | undefined;

  /** Starts it and lets it open its engine, which takes a second or two; the job may come later. */
  constructor(engine: EngineChoice) {
    const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
    // Its stdout joins stderr: the parent's stdout is for what other programs read.
    this.#child = fork(ENTRY, [engine], {
      execArgv: ['--import', loader],
      serialization: 'advanced',
      stdio: ['ignore', 2, 2, 'ipc'],
    });
    this.#exited = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(`it could not be started: ${error.message}`));
      this.#child.once('exit', (code, signal) => {
        const how = signal === null ? `it exited with code ${code}` : `it was ended by ${signal}`;
        const tell = (): void => resolve(this.#uncaught === undefined ? how : `${how}: ${this.#uncaught}`);
        if (!this.#child.connected) return tell();
        // Its last messages may come after its end. Whoever else holds the channel (a process of a reward module) is not waited for.
        this.#child.once('disconnect', tell);
        setTimeout(tell, LAST_WORDS_MS).unref();
      });
    });
    const opened = new Promise<EngineInfo>((resolve, reject) => {
      this.#deliver = (message) => {
        if (message.type === 'ready') resolve(message.engine);
        else if (message.type === 'failed') reject(new Error(message.message));
      };
    });
    this.#child.on('message', (message: unknown) => {
      if (!isFromTraining(message)) return;
      if (message.type === 'uncaught') this.#uncaught = message.message;
      else this.#deliver(message);
    });
    this.#ready = Promise.race([
      opened,
      this.#exited.then((detail) =>
        Promise.reject(new Error(`the training process did not start: ${detail}`)),
      ),
    ]);
    // Whoever asks gets the error; nobody asking must not end the worker.
    this.#ready.catch(() => undefined);
  }

  /** Its engine, once it is open. @throws Error when it cannot be opened. */
  get ready(): Promise<EngineInfo> {
    return this.#ready;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Executes a run; once per process. Rejects only when a handler does, and ends the process then. */
  async run(job: TrainingJob, handlers: TrainingHandlers): Promise<TrainingOutcome> {
    await this.#ready;
    const inbox: FromTraining[] = [];
    let wake: () => void = () => undefined;
    let gone: string | undefined;
    this.#deliver = (message) => {
      inbox.push(message);
      wake();
    };
    void this.#exited.then((detail) => {
      gone = detail;
      wake();
    });
    this.#send({ type: 'start', job });
    try {
      for (;;) {
        const message = inbox.shift();
        if (message !== undefined) {
          const outcome = await this.#handle(message, handlers);
          if (outcome !== undefined) return outcome;
        } else if (gone !== undefined) return { kind: 'crashed', detail: gone };
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } catch (error) {
      this.kill();
      throw error;
    }
  }

  async #handle(message: FromTraining, handlers: TrainingHandlers): Promise<TrainingOutcome | undefined> {
    switch (message.type) {
      case 'ready':
      case 'uncaught':
        return undefined;
      case 'started':
        await handlers.started(message);
        return undefined;
      case 'step':
        await handlers.step(message.result);
        this.#send({ type: 'go' });
        return undefined;
      case 'checkpoint':
        await handlers.checkpoint(message.checkpoint);
        return undefined;
      case 'log':
        await handlers.log(message.level, message.message);
        return undefined;
      case 'waiting':
        handlers.waiting(message.reason);
        return undefined;
      case 'finished':
        return { kind: 'finished', step: message.step, weightsHash: message.weightsHash };
      case 'stopped':
        return { kind: 'stopped', step: message.step };
      case 'failed': {
        const { code, step, promptIndex } = message;
        return { kind: 'failed', code, message: message.message, step, promptIndex };
      }
    }
  }

  /** Asks for a checkpoint after the step under way; the last one is told again if nothing was done since. */
  checkpoint(): void {
    this.#send({ type: 'checkpoint' });
  }

  /** Asks it to end after the step under way, with a checkpoint if the run is to go on later. */
  stop(checkpoint: boolean): void {
    this.#send({ type: 'stop', checkpoint });
  }

  /** Ends it now. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Lets it go (it ends when it is idle) and resolves when it is gone, by force after `graceMs`. */
  async close(graceMs = 2000): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.kill(), graceMs);
    await this.#exited;
    clearTimeout(timer);
  }

  #send(message: ToTraining): void {
    // A process that is gone is noticed by its exit, which carries the reason.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }
}
