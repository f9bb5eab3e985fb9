/**
 * @file The training process's side of a reward module's thread. A call that takes too long, and a thread that ends (out of memory,
 * process.exit, an error that nobody caught), cost the completion that was being scored its reward, and the thread is started anew.
 */
import { Worker } from 'node:worker_threads';
import { createInterface } from 'node:readline';

import { LineLimit } from './lineLimit.ts';
import { reasonOf, type RewardAnswer } from './rewardComponent.ts';
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
  /** The thread is gone. `blamed` are the positions that were being scored; those neither answered nor blamed were not begun. */
  | { readonly kind: 'broken'; readonly blamed: readonly number[]; readonly reason: string };

/** For a module to be loaded, its top-level code included. */
const LOAD_MS = 60_000;
const ENTRY = new URL('./moduleThread.boot.mjs', import.meta.url);

export class ModuleThread {
  readonly #options: ModuleThreadOptions;
  readonly #worker: Worker;
  readonly #lines: LineLimit;
  /** Why the thread is gone. */
  #gone: string | undefined;
  #deliver: (message: ThreadMessage) => void = () => undefined;
  #ended: (reason: string) => void = () => undefined;

  private constructor(options: ModuleThreadOptions) {
    this.#options = options;
    this.#lines = new LineLimit((line) => options.onLine?.(line));
    this.#worker = new Worker(ENTRY, {
      workerData: { href: options.href, batch: options.batch },
      name: options.name,
      execArgv: [],
      argv: [],
      resourceLimits: { maxOldGenerationSizeMb: options.memoryMb },
      stdout: true,
      stderr: true,
    });
    for (const stream of [this.#worker.stdout, this.#worker.stderr])
      createInterface({ input: stream }).on('line', (line) => this.#lines.take(line));
    this.#worker.on('message', (message: unknown) => this.#deliver(threadMessageSchema.parse(message)));
    this.#worker.once('error', (error) => this.#end(this.#reasonOf(error)));
    this.#worker.once('exit', (code) => this.#end(`the module ended its thread with code ${code}`));
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
    if (this.#gone !== undefined) return { kind: 'broken', blamed: [], reason: this.#gone };
    // While it is asked for something, it keeps the process alive; otherwise a process with nothing else to do may end.
    this.#worker.ref();
    const end = await new Call(items.length, this.#options, answer).run(
      (deliver, ended) => {
        this.#deliver = deliver;
        this.#ended = ended;
      },
      () => this.#send({ items }),
    );
    if (end.kind === 'broken') await this.close();
    else this.#idle();
    this.#lines.flush();
    return end;
  }

  /** Ends it, whatever it is doing. */
  async close(): Promise<void> {
    this.#gone ??= 'it was ended';
    this.#deliver = () => undefined;
    this.#ended = () => undefined;
    await this.#worker.terminate();
  }

  #send(request: { readonly items: readonly ModuleItem[] }): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread of Node, not a window
    this.#worker.postMessage(request);
  }

  #idle(): void {
    this.#deliver = () => undefined;
    this.#ended = () => undefined;
    this.#worker.unref();
  }

  #end(reason: string): void {
    if (this.#gone !== undefined) return;
    this.#gone = reason;
    this.#ended(reason);
  }

  #reasonOf(error: Error): string {
    return 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
      ? `the module needed more than ${this.#options.memoryMb} MiB`
      : `an error that nothing caught, ${reasonOf(error)}`;
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
    listen: (deliver: (message: ThreadMessage) => void, ended: (reason: string) => void) => void,
    begin: () => void,
  ): Promise<CallEnd> {
    try {
      return await new Promise<CallEnd>((resolve) => {
        this.#finish = resolve;
        listen(
          (message) => this.#take(message),
          (reason) => resolve({ kind: 'broken', blamed: this.#suspects(), reason }),
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

  /** Who is to blame if it breaks off now: the item being scored, else every promise that is out. A batch is one call for all. */
  #suspects(): number[] {
    if (this.#options.batch) return Array.from({ length: this.#count }, (_, position) => position);
    return this.#returned < this.#count ? [this.#returned] : [...this.#promised.keys()];
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
    this.#finish({ kind: 'broken', blamed: this.#suspects(), reason });
  }
}
