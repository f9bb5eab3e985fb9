/** @file The typed client of Nabla's API, with a durable spool for what must not be lost. */
export { type ArtifactInfo, hashFile } from './api/artifacts.ts';
export type { ProjectInfo, PromptSetInfo, ViewerInfo } from './api/projects.ts';
export type * from './api/runs.ts';
export type { LeaseInfo, LeaseRef, WorkerInfo } from './api/trainer.ts';
export { type BackoffOptions, backoffMs, pause } from './backoff.ts';
export { type Client, type RunUpdate, createClient } from './createClient.ts';
export * from './errors.ts';
export type { CompletionFilter, LogLevel, RunCommand, RunFilter, RunStatus } from './generated/operations.ts';
export type * from './records/stepRecord.ts';
export * from './records/typedArrays.ts';
export { RunChannel, type RunChannelOptions } from './runChannel.ts';
export { drainLeftovers, type Leftovers } from './spool/drainLeftovers.ts';
export type { SpoolFileSystem } from './spool/fileSystem.ts';
export { RunSpool, type RunSpoolOptions } from './spool/runSpool.ts';
export type { ResumeRunOptions, StartRunOptions, StartedRun } from './startRun.ts';
export type { Watch, WatchHandlers } from './subscribe.ts';
export type { CallOptions, Transport, TransportOptions } from './transport.ts';
