/** @file What the API may use of the store. */
export { openDatabase, type Database, type OpenDatabaseOptions } from './openDatabase.ts';
export { silentLog, type DatabaseLog } from './log.ts';
export { isDatabaseUnavailable } from './isDatabaseUnavailable.ts';
export { MigrationError } from './migrations/applyMigrations.ts';
export * from './ids.ts';
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
