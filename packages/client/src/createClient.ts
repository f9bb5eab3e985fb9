/** @file The door: one object for everything the API offers to programs. */
import { artifactsApi } from './api/artifacts.ts';
import { projectsApi, promptSetsApi, type ViewerInfo } from './api/projects.ts';
import { runsApi } from './api/runs.ts';
import { trainerApi } from './api/trainer.ts';
import { AuthenticationError } from './errors.ts';
import * as operations from './generated/operations.ts';
import {
  type ResumeRunOptions,
  type StartRunOptions,
  type StartedRun,
  resumeRun,
  startRun,
} from './startRun.ts';
import { type Watch, type WatchHandlers, watch } from './subscribe.ts';
import { type CallOptions, type Transport, type TransportOptions, createTransport } from './transport.ts';

export type RunUpdate = operations.RunUpdatedSubscription['runUpdated'];

export interface Client {
  readonly transport: Transport;
  readonly projects: ReturnType<typeof projectsApi>;
  readonly promptSets: ReturnType<typeof promptSetsApi>;
  readonly runs: ReturnType<typeof runsApi> & {
    /** Hears every change of the run's state until stopped; survives lost connections. */
    watch(runId: string, handlers: WatchHandlers<RunUpdate>): Watch;
  };
  /** What workers need: register, claim, heartbeat, record. */
  readonly worker: ReturnType<typeof trainerApi>;
  readonly artifacts: ReturnType<typeof artifactsApi>;
  /** Whom the key stands for. @throws AuthenticationError when the API does not know it. */
  viewer(call?: CallOptions): Promise<ViewerInfo>;
  /** Makes a run that this process executes itself and logs to. */
  startRun(options: StartRunOptions): Promise<StartedRun>;
  /** Takes a run of `startRun` up again that was paused, or whose process is gone. */
  resumeRun(options: ResumeRunOptions): Promise<StartedRun>;
}

/** Nothing is sent until the first call. */
export function createClient(options: TransportOptions): Client {
  const transport = createTransport(options);
  const projects = projectsApi(transport);
  const runs = runsApi(transport);
  const worker = trainerApi(transport);
  const artifacts = artifactsApi(transport);
  const watchRun: Client['runs']['watch'] = (runId, { onData, ...handlers }) =>
    watch(
      transport,
      operations.RunUpdatedDocument,
      { runId },
      { ...handlers, onData: ({ runUpdated }) => onData(runUpdated) },
    );
  const doors = { projects, runs: { ...runs, watch: watchRun }, worker, artifacts };
  return {
    transport,
    projects,
    promptSets: promptSetsApi(transport),
    runs: doors.runs,
    worker,
    artifacts,
    async viewer(call) {
      const { viewer } = await transport.request(operations.ViewerDocument, {}, call);
      if (viewer === null) throw new AuthenticationError(`${transport.baseUrl} does not know this API key`);
      return viewer;
    },
    startRun: (run) => startRun(doors, run),
    resumeRun: (run) => resumeRun(doors, run),
  };
}
