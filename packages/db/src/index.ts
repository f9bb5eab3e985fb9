/** @file What the API may use of the store. */

// Opening it
export { openDatabase, type Database, type OpenDatabaseOptions } from './openDatabase.ts';
export { silentLog, type DatabaseLog } from './log.ts';
export { isDatabaseUnavailable } from './isDatabaseUnavailable.ts';
export { MigrationError } from './migrations/applyMigrations.ts';
export { inTransaction, type Queryable } from './queryable.ts';
export { cleanText } from './cleanText.ts';
export * from './ids.ts';

// Runs and leases
export { claimRun, type Claim, type ClaimInput } from './runs/claimRun.ts';
export { heartbeat, type Heartbeat, type HeartbeatInput } from './runs/heartbeat.ts';
export { endLease, type EndLeaseInput } from './runs/endLease.ts';
export { expireLeases, requeueRunsOfWorker, type ExpiredRun } from './runs/expireLeases.ts';
export { startLeaseSweeper, type LeaseSweeper } from './runs/leaseSweeper.ts';
export { hashToken } from './runs/leaseToken.ts';
export { nextRunNumber } from './runs/nextRunNumber.ts';

// What steps record
export { ingestSteps, type IngestInput, type IngestResult } from './records/ingestSteps.ts';
export type * from './records/stepRecord.ts';
export { completionSteps, evaluationSets } from './records/completionSteps.ts';

// Metrics
export { readSeries, readSparklines, type ReadSeriesOptions, type Series } from './metrics/readSeries.ts';
export type { SeriesKey } from './metrics/chunkRows.ts';

// Events
export { notify, notifyPayload } from './events/notify.ts';
export { listen, type ListenHandlers, type Listener } from './events/listen.ts';
export { CHANNEL, type DatabaseEvent, type RecordEvent } from './events/event.ts';

// Prisma
export { Prisma, PrismaClient } from './generated/client.ts';
export * from './generated/enums.ts';
export type {
  ApiKey,
  Artifact,
  AuditEvent,
  Checkpoint,
  Comment,
  Completion,
  CompletionTokens,
  Lease,
  LoginLink,
  Membership,
  MetricSeriesHead,
  Project,
  Prompt,
  PromptSet,
  PromptSetVersion,
  Reward,
  Run,
  RunLog,
  RunTag,
  Session,
  StepRecord,
  User,
  Verdict,
  Worker,
  Workspace,
} from './generated/client.ts';
