/** @file Holding a claimed run: signs of life, commands, and getting a lease back that ran out while the API was away. */
import { backoffMs, pause } from './backoff.ts';
import type { LeaseInfo, LeaseRef, trainerApi } from './api/trainer.ts';
import { ConnectionError, RefusedError } from './errors.ts';
import type { HeartbeatInput, RunCommand } from './generated/operations.ts';
import { eventLoopHeart, type Heart, type HeartOptions } from './heart.ts';
import { threadHeart } from './threadHeart.ts';

export interface LeaseOptions {
  readonly trainer: ReturnType<typeof trainerApi>;
  readonly lease: LeaseInfo;
  readonly workerId: string;
  /** Called whenever the API asks for something else than before. */
  readonly onCommand?: (command: RunCommand) => void;
  /** Called once, when the run is certainly another's, or nobody's. Nothing more may be done for it. */
  readonly onLost?: (why: string) => void;
  /** The run was claimed again before anybody else had it: the work goes on under the new token. */
  readonly onRenewed?: (leaseToken: string, attempt: number) => Promise<void>;
  readonly onProblem?: (message: string) => void;
  /** Default: a quarter of the lease, at most 3 s. */
  readonly heartbeatMs?: number;
}

export class HeldLease {
  readonly runId: string;
  readonly #options: LeaseOptions;
  readonly #stopping = new AbortController();
  #token: string;
  #attempt: number;
  #command: RunCommand = 'CONTINUE';
  /** Carried out, and not yet heard to be over: what was sent before may still tell it. */
  #carriedOut: RunCommand | undefined;
  #reason: string | null = null;
  #lost: string | undefined;
  #renewing: Promise<boolean> | undefined;
  #away = false;
  #heart: Heart;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.runId = options.lease.run.id;
    this.#token = options.lease.token;
    this.#attempt = options.lease.attempt;
    this.#heart = this.#startHeart();
  }

  /** What identifies this hold in a request. */
  get ref(): LeaseRef {
    return { runId: this.runId, leaseToken: this.#token };
  }

  /** Why the lease is gone for good; undefined while it is held. */
  get lost(): string | undefined {
    return this.#lost;
  }

  get command(): RunCommand {
    return this.#command;
  }

  /** Why the run does not move, shown to people; null when it does. Sent at once. Returns whether it is news. */
  setReason(reason: string | null): boolean {
    if (reason === this.#reason) return false;
    this.#reason = reason;
    this.#heart.say(this.#input());
    return true;
  }

  /**
   * A command heard otherwise than by a heartbeat, from the run's subscription: it stands as if a heartbeat had told it. Null, the
   * end of one, is left to the heartbeats, and so is one that was just carried out: the message may be older than that.
   */
  told(command: RunCommand | null): void {
    if (command === null || command === this.#carriedOut) this.#heart.soon();
    else this.#obey(command);
  }

  /**
   * The command was obeyed and stands no more: if the API tells it again, somebody has asked again.
   * @returns whether it stood.
   */
  carriedOut(command: RunCommand): boolean {
    if (this.#command !== command) return false;
    this.#command = 'CONTINUE';
    this.#carriedOut = command;
    this.#heart.soon();
    return true;
  }

  /** In a thread, so that nothing this process does can cost it the run; in the event loop where no thread may send. */
  #startHeart(): Heart {
    const { trainer, onProblem, lease } = this.#options;
    const everyMs = this.#options.heartbeatMs ?? Math.min(3000, (lease.leaseSeconds * 1000) / 4);
    const first = this.#input();
    const heart: HeartOptions = {
      trainer,
      first,
      everyMs,
      timeoutMs: Math.max(2000, everyMs * 2),
      onBeat: (said, answer) => this.#heard(said, answer),
    };
    const known = trainer.heartbeatExchange(first);
    if (known === null) return eventLoopHeart(heart);
    return threadHeart(
      heart,
      (input) => trainer.heartbeatExchange(input) ?? known,
      (why) => {
        onProblem?.(`the thread of the heartbeats ended (${why}); they go on from the event loop`);
        this.#heart = eventLoopHeart({ ...heart, first: this.#input() });
      },
    );
  }

  #input(): HeartbeatInput {
    return { leaseToken: this.#token, statusReason: this.#reason?.slice(0, 1000) ?? null };
  }

  #obey(command: RunCommand): void {
    if (command === this.#command) return;
    this.#command = command;
    this.#options.onCommand?.(command);
  }

  async #heard({ leaseToken }: HeartbeatInput, answer: Promise<RunCommand>): Promise<void> {
    const { onProblem } = this.#options;
    try {
      const command = await answer;
      if (this.#away) onProblem?.('the API answers heartbeats again');
      this.#away = false;
      this.#carriedOut = undefined;
      this.#obey(command);
    } catch (error) {
      if (this.#stopping.signal.aborted || this.#lost !== undefined) return;
      if (error instanceof RefusedError && error.code === 'LEASE_LOST') await this.renew(error, leaseToken);
      else {
        if (!this.#away) onProblem?.(`a heartbeat failed, the run goes on: ${messageOf(error)}`);
        this.#away = true;
      }
    }
  }

  /**
   * The lease ran out. Claims the run again if nobody had it meanwhile.
   * @param token under which the refused request went: one of before the last renewal says nothing about the present lease.
   * @returns true when the work may go on, false when the run is lost.
   */
  renew(refused: RefusedError, token: string): Promise<boolean> {
    if (this.#lost !== undefined || this.#stopping.signal.aborted) return Promise.resolve(false);
    if (token !== this.#token && this.#renewing === undefined) return Promise.resolve(true);
    this.#renewing ??= this.#claimAgain(refused).finally(() => (this.#renewing = undefined));
    return this.#renewing;
  }

  async #claimAgain(refused: RefusedError): Promise<boolean> {
    const { trainer, workerId, onRenewed, onProblem, lease } = this.#options;
    for (let attempt = 0; !this.#stopping.signal.aborted; attempt++) {
      try {
        const claim = { workerId, runId: this.runId, leaseSeconds: lease.leaseSeconds };
        const again = await trainer.claim(claim, { signal: this.#stopping.signal });
        if (again === null) return this.#giveUp(refused.message);
        if (again.attempt !== this.#attempt + 1) {
          // Somebody else advanced the run: what this process holds is not what a resumed run would be.
          await trainer.release({ runId: this.runId, leaseToken: again.token }, null);
          return this.#giveUp('another worker executed the run meanwhile');
        }
        await onRenewed?.(again.token, again.attempt);
        this.#token = again.token;
        this.#attempt = again.attempt;
        this.#heart.say(this.#input());
        onProblem?.('the lease had run out; nobody had claimed the run, so it goes on under a new lease');
        return true;
      } catch (error) {
        if (this.#stopping.signal.aborted) break;
        if (!(error instanceof ConnectionError)) return this.#giveUp(messageOf(error));
        await pause(backoffMs(attempt), this.#stopping.signal);
      }
    }
    return false;
  }

  #giveUp(why: string): false {
    if (this.#lost === undefined) {
      this.#lost = why;
      void this.#heart.stop();
      this.#options.onLost?.(why);
    }
    return false;
  }

  /** Ends the heartbeats. The run stays claimed until it is released, finished, failed, or the lease expires. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#heart.stop();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
