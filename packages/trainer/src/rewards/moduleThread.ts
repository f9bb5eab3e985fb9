/**
 * @file The training process's side of a reward module's thread. A call that takes too long, and a thread that ends (out of memory,
 * process.exit, an error that nobody caught), cost the completion that was being scored its reward, and the thread is started anew.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { LineLimit } from './lineLimit.ts';
import { ModuleCall, type CallEnd } from './moduleCall.ts';
import type { RewardAnswer } from './rewardComponent.ts';
import { threadMessageSchema, type ModuleItem, type ThreadMessage } from './moduleThread.protocol.ts';

export interface ModuleThreadOptions {
  /** file: URL of the module. */
  readonly href: string;
  readonly batch: boolean;
  /** Time for one call. */
  readonly timeoutMs: number;
  readonly memoryMb: number;
  /** Of the thread, in debuggers. */
  readonly name: string;
  /** Takes what the module prints, line by line; not all of it if it prints much. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** For a module to be loaded, its top-level code included. */
const LOAD_MS = 60_000;
/** For messages of a process that has ended. */
const DRAIN_MS = 1000;
const ENTRY = fileURLToPath(new URL('./moduleProcess.mjs', import.meta.url));

export class ModuleThread {
  readonly #options: ModuleThreadOptions;
  readonly #process: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #lines: LineLimit;
  /** Why the thread is gone. */
  #gone: string | undefined;
  #deliver: (message: ThreadMessage) => void = () => undefined;
  #ended: (reason: string, process: 'alive' | 'gone') => void = () => undefined;

  private constructor(options: ModuleThreadOptions) {
    this.#options = options;
    this.#lines = new LineLimit((line) => options.onLine?.(line));
    const { href, batch, memoryMb, name } = options;
    this.#process = fork(ENTRY, [JSON.stringify({ href, batch, memoryMb, name })], {
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr])
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.#lines.take(line));
    this.#process.on('message', (message: unknown) => this.#take(message));
    this.#exited = this.#watchProcess();
  }

  /** Starts a thread and has it load the module. @throws Error saying why the module cannot be used. */
  static async start(options: ModuleThreadOptions): Promise<ModuleThread> {
    const thread = new ModuleThread(options);
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        timer = setTimeout(() => reject(new Error(`does not load within ${LOAD_MS / 1000} s`)), LOAD_MS);
        thread.#ended = (reason) => reject(new Error(`does not load: ${reason}`));
        thread.#deliver = (message) => {
          if (message.type === 'ready') resolve();
          else if (message.type === 'unusable') reject(new Error(message.reason));
        };
      });
    } catch (error) {
      await thread.close();
      throw error;
    } finally {
      clearTimeout(timer);
    }
    thread.#idle();
    return thread;
  }

  /** Why the thread is gone; undefined while it lives. */
  get gone(): string | undefined {
    return this.#gone;
  }

  /** Scores items; `answer` is told of each as it comes. One call at a time. */
  async score(
    items: readonly ModuleItem[],
    answer: (position: number, answer: RewardAnswer) => void,
  ): Promise<CallEnd> {
    if (this.#gone !== undefined) return { kind: 'broken', blamed: [], certain: true, reason: this.#gone };
    // While it is asked for something, it keeps the process alive; otherwise a process with nothing else to do may end.
    this.#hold(true);
    const end = await new ModuleCall(items.length, this.#options, answer).run(
      (deliver, ended) => {
        this.#deliver = deliver;
        this.#ended = ended;
      },
      (sent) => this.#send({ items }, sent),
    );
    if (end.kind === 'broken') await this.close();
    else this.#idle();
    return end;
  }

  /** The lines of another step begin. Not at the end of one: what was printed in it may come later than its answers. */
  flushLines(): void {
    this.#lines.flush();
  }

  /** Ends it, whatever it is doing; a call under way ends broken. */
  async close(): Promise<void> {
    this.#end('it was ended', 'alive');
    this.#deliver = () => undefined;
    this.#ended = () => undefined;
    this.#process.ref();
    this.#process.kill('SIGKILL');
    await this.#exited;
    this.#lines.flush();
  }

  #take(message: unknown): void {
    const parsed = threadMessageSchema.safeParse(message);
    if (!parsed.success)
      this.#lines.take('(the module sent the trainer a message of its own; it was passed over)');
    else if (parsed.data.type === 'ended') this.#end(parsed.data.reason, 'alive');
    else this.#deliver(parsed.data);
  }

  /** @param sent is called when the whole request has left this process, which takes turns of its event loop where it is large. */
  #send(request: { readonly items: readonly ModuleItem[] }, sent: () => void): void {
    // A process that is gone is noticed by its exit, which carries the reason.
    if (this.#process.connected) this.#process.send(request, sent);
  }

  async #watchProcess(): Promise<void> {
    const child = this.#process;
    const gone = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) => {
        const how = signal === null ? `exited with code ${code}` : `was ended by ${signal}`;
        resolve(`its process ${how}: one allocation beyond all bounds, or a fault in native code`);
      });
      // Later ones (a signal that could not be sent) change nothing: the exit tells.
      child.on('error', (error) => {
        if (child.pid === undefined) resolve(`its process could not be started: ${error.message}`);
      });
    });
    const isDrained = new AbortController();
    child.once('disconnect', () => isDrained.abort());
    const reason = await gone;
    // The exit may overtake messages, the end of their channel does not; but a child of the module's may hold that open.
    await delay(DRAIN_MS, undefined, { signal: isDrained.signal }).catch((error: unknown) => {
      if (!isDrained.signal.aborted) throw error;
    });
    this.#end(reason, 'gone');
  }

  #idle(): void {
    this.#deliver = () => undefined;
    this.#ended = () => undefined;
    this.#hold(false);
  }

  /** Whether it keeps the process alive. */
  #hold(held: boolean): void {
    const { stdout, stderr, channel } = this.#process;
    const sockets = [stdout, stderr].filter((stream) => stream instanceof Socket);
    for (const part of [this.#process, channel, ...sockets]) {
      if (held) part?.ref();
      else part?.unref();
    }
  }

  #end(reason: string, process: 'alive' | 'gone'): void {
    if (this.#gone !== undefined) return;
    this.#gone = reason;
    this.#ended(reason, process);
  }
}
