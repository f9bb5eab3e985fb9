/**
 * @file The training process's side of a reward module's thread. A call that takes too long, and a thread that ends (out of memory,
 * process.exit, an error that nobody caught), cost the completion that was being scored its reward, and the thread is started anew.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { LineLimit } from './lineLimit.ts';
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

/** What came of a call for several items. */
export type CallEnd =
  | { readonly kind: 'done' }
  /**
   * The thread is gone. `blamed` are the positions that were being scored; those neither answered nor blamed were not begun. Not
   * `certain` where one of several promises may have ended it, or where its whole process is gone and answers may have gone with it.
   */
  | {
      readonly kind: 'broken';
      readonly blamed: readonly number[];
      readonly certain: boolean;
      readonly reason: string;
    };

/** For a module to be loaded, its top-level code included. */
const LOAD_MS = 60_000;
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
    this.#exited = new Promise((resolve) => {
      this.#process.once('error', (error) => {
        this.#end(`its process could not be started: ${error.message}`, 'gone');
        resolve();
      });
      this.#process.once('exit', (code, signal) => {
        const how = signal === null ? `exited with code ${code}` : `was ended by ${signal}`;
        this.#end(`its process ${how}: one allocation beyond all bounds, or a fault in native code`, 'gone');
        resolve();
      });
    });
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
    // Not after the call: what was printed in it may come later than its answers.
    this.#lines.flush();
    // While it is asked for something, it keeps the process alive; otherwise a process with nothing else to do may end.
    this.#hold(true);
    const end = await new Call(items.length, this.#options, answer).run(
      (deliver, ended) => {
        this.#deliver = deliver;
        this.#ended = ended;
      },
      () => this.#send({ items }),
    );
    if (end.kind === 'broken') await this.close();
    else this.#idle();
    return end;
  }

  /** Ends it, whatever it is doing. */
  async close(): Promise<void> {
    this.#gone ??= 'it was ended';
    this.#deliver = () => undefined;
    this.#ended = () => undefined;
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

  #send(request: { readonly items: readonly ModuleItem[] }): void {
    // A process that is gone is noticed by its exit, which carries the reason.
    if (this.#process.connected) this.#process.send(request, () => undefined);
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

/** The bookkeeping of one call: which item is being scored, which promises are out, and since when. */
class Call {
  readonly #count: number;
  readonly #options: ModuleThreadOptions;
  readonly #answer: (position: number, answer: RewardAnswer) => void;
  /** Items whose call has returned; the next one is being scored. */
  #returned = 0;
  /** When each promise was returned, by position. */
  readonly #promised = new Map<number, number>();
  #open: number;
  #lastMessage = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #finish: (end: CallEnd) => void = () => undefined;

  constructor(
    count: number,
    options: ModuleThreadOptions,
    answer: (position: number, answer: RewardAnswer) => void,
  ) {
    this.#count = count;
    this.#open = count;
    this.#options = options;
    this.#answer = answer;
  }

  async run(
    listen: (
      deliver: (message: ThreadMessage) => void,
      ended: (reason: string, process: 'alive' | 'gone') => void,
    ) => void,
    begin: () => void,
  ): Promise<CallEnd> {
    try {
      return await new Promise<CallEnd>((resolve) => {
        this.#finish = resolve;
        listen(
          (message) => this.#take(message),
          (reason, process) => {
            const blamed = this.#outstanding();
            resolve({ kind: 'broken', blamed, certain: blamed.length === 1 && process === 'alive', reason });
          },
        );
        begin();
        this.#watch();
      });
    } finally {
      clearTimeout(this.#timer);
    }
  }

  #take(message: ThreadMessage): void {
    this.#lastMessage = performance.now();
    if (message.type === 'promised') {
      this.#returned += 1;
      this.#promised.set(message.position, this.#lastMessage);
    } else if (message.type === 'answered') {
      if (!this.#promised.delete(message.position)) this.#returned += 1;
      this.#settle(message.position, message);
    } else if (message.type === 'batch') {
      this.#returned = this.#count;
      message.answers.forEach((answer, position) => this.#settle(position, answer));
    }
    if (this.#open === 0) this.#finish({ kind: 'done' });
  }

  #settle(position: number, { value, error }: { value: number | null; error: string | null }): void {
    this.#open -= 1;
    this.#answer(position, { value, error });
  }

  /** Who may have ended the thread: every promise that is out, whose timers run between two calls too, and the item being scored. */
  #outstanding(): number[] {
    if (this.#options.batch) return Array.from({ length: this.#count }, (_, position) => position);
    const promised = [...this.#promised.keys()];
    return this.#returned < this.#count ? [...promised, this.#returned] : promised;
  }

  /** Who keeps the thread waiting: the item being scored, else every promise that is out. A batch is one call for all. */
  #late(): number[] {
    return this.#options.batch || this.#returned === this.#count ? this.#outstanding() : [this.#returned];
  }

  #watch(): void {
    const { timeoutMs } = this.#options;
    const calling = this.#returned < this.#count;
    const since = calling ? this.#lastMessage : Math.max(...this.#promised.values());
    const left = since + timeoutMs - performance.now();
    this.#timer = setTimeout(
      () => {
        // Messages that arrived while this thread was busy itself are delivered before anybody is blamed.
        setImmediate(() => setImmediate(() => this.#judge(calling ? this.#lastMessage : since)));
      },
      Math.max(0, left),
    );
  }

  #judge(since: number): void {
    if (this.#open === 0) return;
    if (performance.now() - since < this.#options.timeoutMs) return this.#watch();
    const reason = `no answer within ${this.#options.timeoutMs / 1000} s`;
    this.#finish({ kind: 'broken', blamed: this.#late(), certain: true, reason });
  }
}
