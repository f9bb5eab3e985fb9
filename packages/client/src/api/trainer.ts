/** @file What a worker asks of the API: register, claim, heartbeat, record, finish. */
import { NotFoundError, RefusedError, refusedError } from '../errors.ts';
import * as operations from '../generated/operations.ts';
import { bodyOfRecords, sequenceOf, textOfRecord } from '../records/recordText.ts';
import type { RunSpool } from '../spool/runSpool.ts';
import type { CallOptions, Exchange, Transport } from '../transport.ts';

export type LeaseInfo = NonNullable<operations.ClaimRunMutation['claimRun']['lease']>;
export type WorkerInfo = operations.RegisterWorkerInput;
export interface LeaseRef {
  readonly runId: string;
  readonly leaseToken: string;
}

/** The API's bounds for text that people read; longer causes (a stack, for instance) are cut. */
const CAUSE_CHARS = 10_000;
const REASON_CHARS = 1_000;
const NAME_CHARS = 120;

export function trainerApi(transport: Transport) {
  const settle = <T extends { errors: operations.ErrorFieldsFragment[] }>(
    operation: string,
    payload: T,
  ): T => {
    const refused = refusedError(operation, payload.errors);
    if (refused !== undefined) throw refused;
    return payload;
  };
  const commandOf = (answer: operations.HeartbeatMutation['heartbeat']): operations.RunCommand =>
    settle('heartbeat', answer).command ?? 'CONTINUE';
  /** The same with records as texts: what lies in a spool is sent as it lies there. */
  async function recordTexts(
    { runId, leaseToken, writer }: LeaseRef & { readonly writer: string },
    texts: readonly Uint8Array[],
    call?: CallOptions,
  ): Promise<void> {
    const document = operations.RecordStepsDocument;
    const body = bodyOfRecords(document.toString(), { runId, leaseToken, writer }, texts);
    const { recordSteps } = await transport.requestBody(document, body, { attempts: 1, ...call });
    settle('recordSteps', recordSteps);
    const acknowledged = new Set(recordSteps.acknowledged);
    const missing = texts.map(sequenceOf).filter((sequence) => !acknowledged.has(sequence));
    if (missing.length > 0)
      throw new RefusedError('recordSteps', [
        {
          code: 'INVALID_STATE',
          message: `sequence ${missing.join(', ')} was not acknowledged`,
          path: ['records'],
        },
      ]);
  }
  return {
    /** Makes the worker known; what it held before goes back to the queue. */
    async register(worker: WorkerInfo, call?: CallOptions): Promise<void> {
      const short = (text: string): string => (text === '' ? 'unknown' : text.slice(0, NAME_CHARS));
      const { id, name, backend, host, version, device } = worker;
      const input = {
        id,
        name: short(name),
        backend: short(backend),
        host: short(host),
        version: short(version),
        device: short(device),
      };
      settle(
        'registerWorker',
        (await transport.request(operations.RegisterWorkerDocument, { input }, call)).registerWorker,
      );
    },
    /** A run to execute, or null when none waits. Asked once: a claim whose answer was lost comes back when its lease expires. */
    async claim(input: operations.ClaimRunInput, call?: CallOptions): Promise<LeaseInfo | null> {
      const { claimRun } = await transport.request(
        operations.ClaimRunDocument,
        { input },
        { attempts: 1, ...call },
      );
      return settle('claimRun', claimRun).lease;
    },
    /**
     * Keeps the lease and learns what was asked of the run.
     * @throws RefusedError with LEASE_LOST when the run is another's.
     */
    async heartbeat(input: operations.HeartbeatInput, call?: CallOptions): Promise<operations.RunCommand> {
      const { heartbeat } = await transport.request(
        operations.HeartbeatDocument,
        { input },
        { attempts: 1, ...call },
      );
      return commandOf(heartbeat);
    },
    /** The heartbeat as a request that a thread may send; null where the program has a `fetch` of its own. */
    heartbeatExchange: (input: operations.HeartbeatInput): Exchange | null =>
      transport.exchange(operations.HeartbeatDocument, { input }),
    /** What such a request was answered. @throws as `heartbeat` does */
    async readHeartbeat(response: Response): Promise<operations.RunCommand> {
      return commandOf((await transport.read(operations.HeartbeatDocument, response)).heartbeat);
    },
    /** Sends records; resolves when all are committed. Sent once: whoever spools decides about another attempt. */
    record: (
      lease: LeaseRef & { readonly writer: string },
      records: readonly operations.StepRecordInput[],
      call?: CallOptions,
    ): Promise<void> => recordTexts(lease, records.map(textOfRecord), call),
    recordTexts,
    /** The artifact must have been uploaded. */
    async recordCheckpoint(input: operations.RecordCheckpointInput, call?: CallOptions): Promise<void> {
      settle(
        'recordCheckpoint',
        (await transport.request(operations.RecordCheckpointDocument, { input }, call)).recordCheckpoint,
      );
    },
    /** Lets go of the run: paused or cancelled if that was asked, else back to the queue. Answers its new state. */
    async release(lease: LeaseRef, reason: string | null, call?: CallOptions): Promise<operations.RunStatus> {
      const { releaseRun } = await transport.request(
        operations.ReleaseRunDocument,
        { input: { ...lease, reason: reason?.slice(0, REASON_CHARS) ?? null } },
        call,
      );
      return statusOf('releaseRun', settle('releaseRun', releaseRun));
    },
    async finish(lease: LeaseRef, call?: CallOptions): Promise<operations.RunStatus> {
      const { finishRun } = await transport.request(operations.FinishRunDocument, { input: lease }, call);
      return statusOf('finishRun', settle('finishRun', finishRun));
    },
    async fail(
      lease: LeaseRef,
      cause: string,
      step?: number,
      call?: CallOptions,
    ): Promise<operations.RunStatus> {
      const input = { ...lease, cause: cause.slice(0, CAUSE_CHARS), ...(step === undefined ? {} : { step }) };
      const { failRun } = await transport.request(operations.FailRunDocument, { input }, call);
      return statusOf('failRun', settle('failRun', failRun));
    },
  };
}

/** Sends a batch out of a spool, under the spool's present lease: what `startDrain` asks for. */
export function sendFrom(trainer: ReturnType<typeof trainerApi>) {
  return (runSpool: RunSpool, payloads: readonly Uint8Array[]): Promise<void> =>
    trainer.recordTexts(runSpool, payloads);
}

function statusOf(
  operation: string,
  payload: { run: { status: operations.RunStatus } | null },
): operations.RunStatus {
  if (payload.run === null) throw new NotFoundError(`${operation} answered no run`);
  return payload.run.status;
}
