/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type ClaimRunInput = {
  /** 5 to 600; 30 when absent. */
  leaseSeconds?: number | null | undefined;
  runId?: string | null | undefined;
  workerId: string;
};

export type CompletionFilter = {
  advantage?: FloatRange | null | undefined;
  and?: Array<CompletionFilter> | null | undefined;
  /** Completions of this evaluation set; null: those trained on, which is meant too when no part of the filter has this field (or ids). */
  evaluationSet?: string | null | undefined;
  group?: number | null | undefined;
  /** Of anybody; tells that there is one (as verdictCount does), not what it says. */
  hasVerdict?: boolean | null | undefined;
  ids?: Array<string> | null | undefined;
  judgedByMe?: boolean | null | undefined;
  not?: CompletionFilter | null | undefined;
  or?: Array<CompletionFilter> | null | undefined;
  reward?: FloatRange | null | undefined;
  rewardComponent?: RewardComponentCondition | null | undefined;
  rewardNull?: boolean | null | undefined;
  step?: IntRange | null | undefined;
  /** Part of the prompt or of the completion, in any case. */
  text?: string | null | undefined;
  truncated?: boolean | null | undefined;
};

export type CompletionInput = {
  advantage?: number | null | undefined;
  answer?: string | null | undefined;
  /** The set it was sampled for; absent when it is trained on. */
  evaluationSet?: string | null | undefined;
  group: number;
  /** Of the step: those of evaluation sets follow the ones trained on. */
  index: number;
  kl?: number | null | undefined;
  logp?: number | null | undefined;
  promptText: string;
  refLogp?: number | null | undefined;
  reward?: number | null | undefined;
  rewards: Array<RewardInput>;
  signal?: number | null | undefined;
  text: string;
  tokenCount: number;
  tokens?: CompletionTokensInput | null | undefined;
  truncated: boolean;
  updatedLogp?: number | null | undefined;
};

export type CompletionOrder = {
  direction: Direction;
  field: CompletionOrderField;
};

export type CompletionOrderField =
  | 'ADVANTAGE'
  | 'DELTA_LOGP'
  | 'KL'
  | 'REWARD'
  | 'STEP';

export type CompletionTokensInput = {
  logp: string;
  pieces: Array<string>;
  refLogp?: string | null | undefined;
  tokenIds: string;
  updatedLogp?: string | null | undefined;
};

/** `path` is dotted, for instance "policyGradient.groupSize"; `equals` is compared as JSON. */
export type ConfigCondition = {
  equals?: unknown;
  gt?: number | null | undefined;
  lt?: number | null | undefined;
  path: string;
};

export type CreateProjectInput = {
  description?: string | null | undefined;
  name: string;
};

export type CreatePromptSetInput = {
  description?: string | null | undefined;
  jsonl: string;
  name: string;
  projectId: string;
};

/** Give the configuration as JSON or as YAML. idempotencyKey: the same key gives the same run back. workerId: only this worker may claim it. */
export type CreateRunInput = {
  clonedFromId?: string | null | undefined;
  config?: unknown;
  idempotencyKey?: string | null | undefined;
  name?: string | null | undefined;
  note?: string | null | undefined;
  projectId: string;
  tags?: Array<string> | null | undefined;
  workerId?: string | null | undefined;
  yaml?: string | null | undefined;
};

export type Direction =
  | 'ASC'
  | 'DESC';

export type ErrorCode =
  | 'CONFLICT'
  | 'EXPIRED'
  | 'FORBIDDEN'
  | 'INVALID_INPUT'
  | 'INVALID_STATE'
  | 'LEASE_LOST'
  | 'NOT_FOUND'
  | 'OUT_OF_ORDER'
  | 'TOO_LARGE'
  | 'UNSUPPORTED';

export type FailRunInput = {
  cause: string;
  leaseToken: string;
  runId: string;
  step?: number | null | undefined;
};

export type FinishRunInput = {
  leaseToken: string;
  runId: string;
};

export type FloatRange = {
  gte?: number | null | undefined;
  lte?: number | null | undefined;
};

/** Name the checkpoint by checkpointId, or by the step of the run. Without config and yaml the fork has the configuration of its parent. The model must be of the same shape; everything else may differ. The other fields are as in CreateRunInput. */
export type ForkRunInput = {
  checkpointId?: string | null | undefined;
  config?: unknown;
  idempotencyKey?: string | null | undefined;
  name?: string | null | undefined;
  note?: string | null | undefined;
  runId: string;
  step?: number | null | undefined;
  tags?: Array<string> | null | undefined;
  workerId?: string | null | undefined;
  yaml?: string | null | undefined;
};

export type HeartbeatInput = {
  leaseToken: string;
  /** Why the run waits, shown on the run; an empty text clears it. */
  statusReason?: string | null | undefined;
  step?: number | null | undefined;
};

export type IntRange = {
  gte?: number | null | undefined;
  lte?: number | null | undefined;
};

export type LogLevel =
  | 'DEBUG'
  | 'ERROR'
  | 'INFO'
  | 'WARN';

export type MetricAggregate =
  | 'LAST'
  | 'MAX'
  | 'MIN';

export type MetricCondition = {
  aggregate?: MetricAggregate | null | undefined;
  gt?: number | null | undefined;
  gte?: number | null | undefined;
  lt?: number | null | undefined;
  lte?: number | null | undefined;
  name: string;
};

/** Columns of equal length. Null values are not stored. */
export type MetricPointsInput = {
  name: string;
  steps: ReadonlyArray<number>;
  values: ReadonlyArray<number | null>;
};

/** The artifact must have been uploaded before: PUT /artifacts/<sha256>. */
export type RecordCheckpointInput = {
  bytes: number;
  leaseToken: string;
  metrics?: unknown;
  runId: string;
  sha256: string;
  step: number;
};

export type RecordStepsInput = {
  leaseToken: string;
  records: Array<StepRecordInput>;
  runId: string;
  writer: string;
};

/** id: a stable identity that the worker keeps over restarts; runs it still holds from before go back to the queue. */
export type RegisterWorkerInput = {
  backend: string;
  device: string;
  host: string;
  id: string;
  name: string;
  version: string;
};

export type ReleaseRunInput = {
  leaseToken: string;
  reason?: string | null | undefined;
  runId: string;
};

export type RewardComponentCondition = {
  gte?: number | null | undefined;
  lte?: number | null | undefined;
  name: string;
};

export type RewardInput = {
  error?: string | null | undefined;
  name: string;
  /** The value after clipping and normalising, which is what enters the sum. */
  used?: number | null | undefined;
  value?: number | null | undefined;
  version: string;
  weight: number;
};

export type Role =
  | 'OWNER'
  | 'RESEARCHER'
  | 'REVIEWER'
  | 'VIEWER';

/** What a user asked of a run that its worker has not yet carried out. */
export type RunCommand =
  | 'CANCEL'
  | 'CHECKPOINT'
  | 'CONTINUE'
  | 'PAUSE';

/** Conditions in one object are joined by and. */
export type RunFilter = {
  and?: Array<RunFilter> | null | undefined;
  archived?: boolean | null | undefined;
  config?: ConfigCondition | null | undefined;
  createdAfter?: string | null | undefined;
  createdBefore?: string | null | undefined;
  /** Forks of any of these runs. */
  forkedFromIds?: Array<string> | null | undefined;
  ids?: Array<string> | null | undefined;
  metric?: MetricCondition | null | undefined;
  not?: RunFilter | null | undefined;
  or?: Array<RunFilter> | null | undefined;
  ownerIds?: Array<string> | null | undefined;
  status?: Array<RunStatus> | null | undefined;
  /** Runs that carry all of these. */
  tags?: Array<string> | null | undefined;
  /** Part of the name, the note or a tag, in any case. */
  text?: string | null | undefined;
};

export type RunLogInput = {
  level: LogLevel;
  message: string;
  step?: number | null | undefined;
  time: string;
};

/** `metric` is needed with METRIC_LAST. */
export type RunOrder = {
  direction: Direction;
  field: RunOrderField;
  metric?: string | null | undefined;
};

export type RunOrderField =
  | 'CREATED_AT'
  | 'METRIC_LAST'
  | 'NAME'
  | 'STATUS'
  | 'STEP'
  | 'UPDATED_AT';

export type RunStage =
  | 'POLICY_GRADIENT'
  | 'WARM_UP';

export type RunStatus =
  | 'CANCELLED'
  | 'FAILED'
  | 'FINISHED'
  | 'PAUSED'
  | 'QUEUED'
  | 'RUNNING';

/** One step (or a part of one that was split by size: parts share step and differ in sequence). Duplicates are acknowledged and change nothing. */
export type StepRecordInput = {
  completions?: Array<CompletionInput> | null | undefined;
  logs?: Array<RunLogInput> | null | undefined;
  metrics: Array<MetricPointsInput>;
  sequence: number;
  stage: RunStage;
  step: number;
  time: string;
};

export type ProjectFieldsFragment = { id: string, name: string, slug: string, description: string };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { role: Role, user: { id: string, name: string }, workspace: { id: string, name: string } } | null };

export type ProjectBySlugQueryVariables = Exact<{
  slug: string;
}>;


export type ProjectBySlugQuery = { project: { id: string, name: string, slug: string, description: string } | null };

export type ListProjectsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ListProjectsQuery = { projects: { nodes: Array<{ id: string, name: string, slug: string, description: string }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type CreateProjectMutationVariables = Exact<{
  input: CreateProjectInput;
}>;


export type CreateProjectMutation = { createProject: { project: { id: string, name: string, slug: string, description: string } | null, errors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } };

export type CreatePromptSetMutationVariables = Exact<{
  input: CreatePromptSetInput;
}>;


export type CreatePromptSetMutation = { createPromptSet: { promptSet: { id: string, name: string, latestVersion: { id: string, version: number, promptCount: number, answeredCount: number, sha256: string } } | null, lineErrors: Array<{ line: number, message: string }>, errors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } };

export type PromptPageQueryVariables = Exact<{
  id: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type PromptPageQuery = { node:
    | { __typename: 'ApiKey' }
    | { __typename: 'Checkpoint' }
    | { __typename: 'Comment' }
    | { __typename: 'Completion' }
    | { __typename: 'Invite' }
    | { __typename: 'Project' }
    | { __typename: 'Prompt' }
    | { __typename: 'PromptSet' }
    | { __typename: 'PromptSetVersion', id: string, promptCount: number, prompts: { nodes: Array<{ index: number, text: string, answer: string | null, metadata: unknown }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } }
    | { __typename: 'Run' }
    | { __typename: 'User' }
    | { __typename: 'Verdict' }
    | { __typename: 'Worker' }
   | null };

export type RunFieldsFragment = { id: string, number: number, name: string, status: RunStatus, stage: RunStage | null, pendingCommand: RunCommand | null, step: number, totalSteps: number, config: unknown, configYaml: string, configHash: string, tags: Array<string>, note: string, archived: boolean, statusReason: string | null, leaseLive: boolean, backend: string | null, createdAt: string, startedAt: string | null, finishedAt: string | null, updatedAt: string, durationMs: number | null, forkedFrom: { step: number, sha256: string, run: { id: string, number: number } } | null, project: { id: string, slug: string, name: string } };

export type ErrorFieldsFragment = { code: ErrorCode, message: string, path: Array<string> };

export type SeriesFieldsFragment = { runId: string, name: string, steps: ReadonlyArray<number>, min: ReadonlyArray<number | null>, max: ReadonlyArray<number | null>, mean: ReadonlyArray<number | null>, last: ReadonlyArray<number | null>, bucketed: boolean, pointCount: number };

export type CompletionFieldsFragment = { id: string, step: number, index: number, group: number, evaluationSet: string | null, promptText: string, answer: string | null, text: string, tokenCount: number, truncated: boolean, reward: number | null, advantage: number | null, signal: number | null, kl: number | null, logp: number | null, refLogp: number | null, updatedLogp: number | null, rewards: Array<{ name: string, value: number | null, weight: number, version: string, error: string | null }> };

export type CreateRunMutationVariables = Exact<{
  input: CreateRunInput;
}>;


export type CreateRunMutation = { createRun: { run: { id: string, number: number, name: string, status: RunStatus, stage: RunStage | null, pendingCommand: RunCommand | null, step: number, totalSteps: number, config: unknown, configYaml: string, configHash: string, tags: Array<string>, note: string, archived: boolean, statusReason: string | null, leaseLive: boolean, backend: string | null, createdAt: string, startedAt: string | null, finishedAt: string | null, updatedAt: string, durationMs: number | null, forkedFrom: { step: number, sha256: string, run: { id: string, number: number } } | null, project: { id: string, slug: string, name: string } } | null, errors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } };

export type RunWorkerQueryVariables = Exact<{
  id: string;
}>;


export type RunWorkerQuery = { run: { id: string, worker: { id: string } | null } | null };

export type GetRunQueryVariables = Exact<{
  id: string;
}>;


export type GetRunQuery = { run: { id: string, number: number, name: string, status: RunStatus, stage: RunStage | null, pendingCommand: RunCommand | null, step: number, totalSteps: number, config: unknown, configYaml: string, configHash: string, tags: Array<string>, note: string, archived: boolean, statusReason: string | null, leaseLive: boolean, backend: string | null, createdAt: string, startedAt: string | null, finishedAt: string | null, updatedAt: string, durationMs: number | null, forkedFrom: { step: number, sha256: string, run: { id: string, number: number } } | null, project: { id: string, slug: string, name: string } } | null };

export type ListRunsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: RunFilter | null | undefined;
  orderBy?: RunOrder | null | undefined;
}>;


export type ListRunsQuery = { runs: { nodes: Array<{ id: string, number: number, name: string, status: RunStatus, stage: RunStage | null, pendingCommand: RunCommand | null, step: number, totalSteps: number, config: unknown, configYaml: string, configHash: string, tags: Array<string>, note: string, archived: boolean, statusReason: string | null, leaseLive: boolean, backend: string | null, createdAt: string, startedAt: string | null, finishedAt: string | null, updatedAt: string, durationMs: number | null, forkedFrom: { step: number, sha256: string, run: { id: string, number: number } } | null, project: { id: string, slug: string, name: string } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type RunSeriesQueryVariables = Exact<{
  runIds: Array<string> | string;
  names: Array<string> | string;
  fromStep?: number | null | undefined;
  toStep?: number | null | undefined;
  maxPoints?: number | null | undefined;
}>;


export type RunSeriesQuery = { series: Array<{ runId: string, name: string, steps: ReadonlyArray<number>, min: ReadonlyArray<number | null>, max: ReadonlyArray<number | null>, mean: ReadonlyArray<number | null>, last: ReadonlyArray<number | null>, bucketed: boolean, pointCount: number }> };

export type RunSummariesQueryVariables = Exact<{
  id: string;
  names?: Array<string> | string | null | undefined;
}>;


export type RunSummariesQuery = { run: { metricSummaries: Array<{ name: string, last: number | null, min: number | null, max: number | null, lastStep: number, count: number }> } | null };

export type RunCompletionsQueryVariables = Exact<{
  id: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: CompletionFilter | null | undefined;
  orderBy?: CompletionOrder | null | undefined;
}>;


export type RunCompletionsQuery = { run: { completions: { nodes: Array<{ id: string, step: number, index: number, group: number, evaluationSet: string | null, promptText: string, answer: string | null, text: string, tokenCount: number, truncated: boolean, reward: number | null, advantage: number | null, signal: number | null, kl: number | null, logp: number | null, refLogp: number | null, updatedLogp: number | null, rewards: Array<{ name: string, value: number | null, weight: number, version: string, error: string | null }> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type CompletionTokensQueryVariables = Exact<{
  id: string;
}>;


export type CompletionTokensQuery = { completion: { id: string, tokens: { tokenIds: string, pieces: Array<string>, logp: string, refLogp: string | null, updatedLogp: string | null } | null } | null };

export type RunCheckpointsQueryVariables = Exact<{
  id: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type RunCheckpointsQuery = { run: { checkpoints: { nodes: Array<{ id: string, step: number, sha256: string, bytes: number, metrics: unknown, createdAt: string, deletedAt: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type RunLogsQueryVariables = Exact<{
  id: string;
  last?: number | null | undefined;
}>;


export type RunLogsQuery = { run: { logs: { nodes: Array<{ id: string, time: string, level: LogLevel, message: string, step: number | null }> } } | null };

export type PauseRunMutationVariables = Exact<{
  id: string;
}>;


export type PauseRunMutation = { pauseRun: { run: { id: string, number: number, name: string, status: RunStatus, stage: RunStage | null, pendingCommand: RunCommand | null, step: number, totalSteps: number, config: unknown, configYaml: string, configHash: string, tags: Array<string>, note: string, archived: boolean, statusReason: string | null, leaseLive: boolean, backend: string | null, createdAt: string, startedAt: string | null, finishedAt: string | null, updatedAt: string, durationMs: number | null, forkedFrom: { step: number, sha256: string, run: { id: string, number: number } } | null, project: { id: string, slug: string, name: string } } | null, errors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } };

export type ResumeRunMutationVariables = Exact<{
  id: string;
}>;


export type ResumeRunMutation = { resumeRun: { run: { id: string, number: number, name: string, status: RunStatus, stage: RunStage | null, pendingCommand: RunCommand | null, step: number, totalSteps: number, config: unknown, configYaml: string, configHash: string, tags: Array<string>, note: string, archived: boolean, statusReason: string | null, leaseLive: boolean, backend: string | null, createdAt: string, startedAt: string | null, finishedAt: string | null, updatedAt: string, durationMs: number | null, forkedFrom: { step: number, sha256: string, run: { id: string, number: number } } | null, project: { id: string, slug: string, name: string } } | null, errors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } };

export type CancelRunMutationVariables = Exact<{
  id: string;
}>;


export type CancelRunMutation = { cancelRun: { run: { id: string, number: number, name: string, status: RunStatus, stage: RunStage | null, pendingCommand: RunCommand | null, step: number, totalSteps: number, config: unknown, configYaml: string, configHash: string, tags: Array<string>, note: string, archived: boolean, statusReason: string | null, leaseLive: boolean, backend: string | null, createdAt: string, startedAt: string | null, finishedAt: string | null, updatedAt: string, durationMs: number | null, forkedFrom: { step: number, sha256: string, run: { id: string, number: number } } | null, project: { id: string, slug: string, name: string } } | null, errors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } };

export type CheckpointRunMutationVariables = Exact<{
  id: string;
}>;


export type CheckpointRunMutation = { checkpointRun: { run: { id: string, number: number, name: string, status: RunStatus, stage: RunStage | null, pendingCommand: RunCommand | null, step: number, totalSteps: number, config: unknown, configYaml: string, configHash: string, tags: Array<string>, note: string, archived: boolean, statusReason: string | null, leaseLive: boolean, backend: string | null, createdAt: string, startedAt: string | null, finishedAt: string | null, updatedAt: string, durationMs: number | null, forkedFrom: { step: number, sha256: string, run: { id: string, number: number } } | null, project: { id: string, slug: string, name: string } } | null, errors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } };

export type ForkRunMutationVariables = Exact<{
  input: ForkRunInput;
}>;


export type ForkRunMutation = { forkRun: { run: { id: string, number: number, name: string, status: RunStatus, stage: RunStage | null, pendingCommand: RunCommand | null, step: number, totalSteps: number, config: unknown, configYaml: string, configHash: string, tags: Array<string>, note: string, archived: boolean, statusReason: string | null, leaseLive: boolean, backend: string | null, createdAt: string, startedAt: string | null, finishedAt: string | null, updatedAt: string, durationMs: number | null, forkedFrom: { step: number, sha256: string, run: { id: string, number: number } } | null, project: { id: string, slug: string, name: string } } | null, errors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } };

export type RunUpdatedSubscriptionVariables = Exact<{
  runId?: string | null | undefined;
}>;


export type RunUpdatedSubscription = { runUpdated: { id: string, status: RunStatus, stage: RunStage | null, step: number, totalSteps: number, pendingCommand: RunCommand | null, statusReason: string | null } };

export type RegisterWorkerMutationVariables = Exact<{
  input: RegisterWorkerInput;
}>;


export type RegisterWorkerMutation = { registerWorker: { worker: { id: string, name: string, online: boolean } | null, errors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } };

export type ClaimRunMutationVariables = Exact<{
  input: ClaimRunInput;
}>;


export type ClaimRunMutation = { claimRun: { lease: { token: string, attempt: number, expiresAt: string, leaseSeconds: number, run: { id: string, number: number, name: string, status: RunStatus, stage: RunStage | null, pendingCommand: RunCommand | null, step: number, totalSteps: number, config: unknown, configYaml: string, configHash: string, tags: Array<string>, note: string, archived: boolean, statusReason: string | null, leaseLive: boolean, backend: string | null, createdAt: string, startedAt: string | null, finishedAt: string | null, updatedAt: string, durationMs: number | null, forkedFrom: { step: number, sha256: string, run: { id: string, number: number } } | null, project: { id: string, slug: string, name: string } }, checkpoint: { id: string, step: number, sha256: string, bytes: number } | null, fork: { runId: string, step: number, sha256: string, bytes: number } | null, prompts: { id: string, promptCount: number, sha256: string } | null } | null, errors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } };

export type HeartbeatMutationVariables = Exact<{
  input: HeartbeatInput;
}>;


export type HeartbeatMutation = { heartbeat: { command: RunCommand | null, expiresAt: string | null, errors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } };

export type RecordStepsMutationVariables = Exact<{
  input: RecordStepsInput;
}>;


export type RecordStepsMutation = { recordSteps: { acknowledged: ReadonlyArray<number>, duplicates: number, errors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } };

export type RecordCheckpointMutationVariables = Exact<{
  input: RecordCheckpointInput;
}>;


export type RecordCheckpointMutation = { recordCheckpoint: { checkpoint: { id: string, step: number, sha256: string } | null, errors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } };

export type ReleaseRunMutationVariables = Exact<{
  input: ReleaseRunInput;
}>;


export type ReleaseRunMutation = { releaseRun: { run: { id: string, status: RunStatus } | null, errors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } };

export type FinishRunMutationVariables = Exact<{
  input: FinishRunInput;
}>;


export type FinishRunMutation = { finishRun: { run: { id: string, status: RunStatus } | null, errors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } };

export type FailRunMutationVariables = Exact<{
  input: FailRunInput;
}>;


export type FailRunMutation = { failRun: { run: { id: string, status: RunStatus } | null, errors: Array<{ code: ErrorCode, message: string, path: Array<string> }> } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const ProjectFieldsFragmentDoc = new TypedDocumentString(`
    fragment ProjectFields on Project {
  id
  name
  slug
  description
}
    `, {"fragmentName":"ProjectFields"}) as unknown as TypedDocumentString<ProjectFieldsFragment, unknown>;
export const RunFieldsFragmentDoc = new TypedDocumentString(`
    fragment RunFields on Run {
  id
  number
  name
  status
  stage
  pendingCommand
  step
  totalSteps
  config
  configYaml
  configHash
  tags
  note
  archived
  statusReason
  leaseLive
  backend
  createdAt
  startedAt
  finishedAt
  updatedAt
  durationMs
  forkedFrom {
    run {
      id
      number
    }
    step
    sha256
  }
  project {
    id
    slug
    name
  }
}
    `, {"fragmentName":"RunFields"}) as unknown as TypedDocumentString<RunFieldsFragment, unknown>;
export const ErrorFieldsFragmentDoc = new TypedDocumentString(`
    fragment ErrorFields on UserError {
  code
  message
  path
}
    `, {"fragmentName":"ErrorFields"}) as unknown as TypedDocumentString<ErrorFieldsFragment, unknown>;
export const SeriesFieldsFragmentDoc = new TypedDocumentString(`
    fragment SeriesFields on MetricSeries {
  runId
  name
  steps
  min
  max
  mean
  last
  bucketed
  pointCount
}
    `, {"fragmentName":"SeriesFields"}) as unknown as TypedDocumentString<SeriesFieldsFragment, unknown>;
export const CompletionFieldsFragmentDoc = new TypedDocumentString(`
    fragment CompletionFields on Completion {
  id
  step
  index
  group
  evaluationSet
  promptText
  answer
  text
  tokenCount
  truncated
  reward
  rewards {
    name
    value
    weight
    version
    error
  }
  advantage
  signal
  kl
  logp
  refLogp
  updatedLogp
}
    `, {"fragmentName":"CompletionFields"}) as unknown as TypedDocumentString<CompletionFieldsFragment, unknown>;
export const ViewerDocument = new TypedDocumentString(`
    query Viewer {
  viewer {
    user {
      id
      name
    }
    role
    workspace {
      id
      name
    }
  }
}
    `) as unknown as TypedDocumentString<ViewerQuery, ViewerQueryVariables>;
export const ProjectBySlugDocument = new TypedDocumentString(`
    query ProjectBySlug($slug: String!) {
  project(slug: $slug) {
    ...ProjectFields
  }
}
    fragment ProjectFields on Project {
  id
  name
  slug
  description
}`) as unknown as TypedDocumentString<ProjectBySlugQuery, ProjectBySlugQueryVariables>;
export const ListProjectsDocument = new TypedDocumentString(`
    query ListProjects($first: Int, $after: String) {
  projects(first: $first, after: $after) {
    nodes {
      ...ProjectFields
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment ProjectFields on Project {
  id
  name
  slug
  description
}`) as unknown as TypedDocumentString<ListProjectsQuery, ListProjectsQueryVariables>;
export const CreateProjectDocument = new TypedDocumentString(`
    mutation CreateProject($input: CreateProjectInput!) {
  createProject(input: $input) {
    project {
      ...ProjectFields
    }
    errors {
      ...ErrorFields
    }
  }
}
    fragment ProjectFields on Project {
  id
  name
  slug
  description
}
fragment ErrorFields on UserError {
  code
  message
  path
}`) as unknown as TypedDocumentString<CreateProjectMutation, CreateProjectMutationVariables>;
export const CreatePromptSetDocument = new TypedDocumentString(`
    mutation CreatePromptSet($input: CreatePromptSetInput!) {
  createPromptSet(input: $input) {
    promptSet {
      id
      name
      latestVersion {
        id
        version
        promptCount
        answeredCount
        sha256
      }
    }
    lineErrors {
      line
      message
    }
    errors {
      ...ErrorFields
    }
  }
}
    fragment ErrorFields on UserError {
  code
  message
  path
}`) as unknown as TypedDocumentString<CreatePromptSetMutation, CreatePromptSetMutationVariables>;
export const PromptPageDocument = new TypedDocumentString(`
    query PromptPage($id: ID!, $first: Int, $after: String) {
  node(id: $id) {
    __typename
    ... on PromptSetVersion {
      id
      promptCount
      prompts(first: $first, after: $after) {
        nodes {
          index
          text
          answer
          metadata
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<PromptPageQuery, PromptPageQueryVariables>;
export const CreateRunDocument = new TypedDocumentString(`
    mutation CreateRun($input: CreateRunInput!) {
  createRun(input: $input) {
    run {
      ...RunFields
    }
    errors {
      ...ErrorFields
    }
  }
}
    fragment RunFields on Run {
  id
  number
  name
  status
  stage
  pendingCommand
  step
  totalSteps
  config
  configYaml
  configHash
  tags
  note
  archived
  statusReason
  leaseLive
  backend
  createdAt
  startedAt
  finishedAt
  updatedAt
  durationMs
  forkedFrom {
    run {
      id
      number
    }
    step
    sha256
  }
  project {
    id
    slug
    name
  }
}
fragment ErrorFields on UserError {
  code
  message
  path
}`) as unknown as TypedDocumentString<CreateRunMutation, CreateRunMutationVariables>;
export const RunWorkerDocument = new TypedDocumentString(`
    query RunWorker($id: ID!) {
  run(id: $id) {
    id
    worker {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<RunWorkerQuery, RunWorkerQueryVariables>;
export const GetRunDocument = new TypedDocumentString(`
    query GetRun($id: ID!) {
  run(id: $id) {
    ...RunFields
  }
}
    fragment RunFields on Run {
  id
  number
  name
  status
  stage
  pendingCommand
  step
  totalSteps
  config
  configYaml
  configHash
  tags
  note
  archived
  statusReason
  leaseLive
  backend
  createdAt
  startedAt
  finishedAt
  updatedAt
  durationMs
  forkedFrom {
    run {
      id
      number
    }
    step
    sha256
  }
  project {
    id
    slug
    name
  }
}`) as unknown as TypedDocumentString<GetRunQuery, GetRunQueryVariables>;
export const ListRunsDocument = new TypedDocumentString(`
    query ListRuns($first: Int, $after: String, $filter: RunFilter, $orderBy: RunOrder) {
  runs(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
    nodes {
      ...RunFields
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment RunFields on Run {
  id
  number
  name
  status
  stage
  pendingCommand
  step
  totalSteps
  config
  configYaml
  configHash
  tags
  note
  archived
  statusReason
  leaseLive
  backend
  createdAt
  startedAt
  finishedAt
  updatedAt
  durationMs
  forkedFrom {
    run {
      id
      number
    }
    step
    sha256
  }
  project {
    id
    slug
    name
  }
}`) as unknown as TypedDocumentString<ListRunsQuery, ListRunsQueryVariables>;
export const RunSeriesDocument = new TypedDocumentString(`
    query RunSeries($runIds: [ID!]!, $names: [String!]!, $fromStep: Int, $toStep: Int, $maxPoints: Int) {
  series(
    runIds: $runIds
    names: $names
    fromStep: $fromStep
    toStep: $toStep
    maxPoints: $maxPoints
  ) {
    ...SeriesFields
  }
}
    fragment SeriesFields on MetricSeries {
  runId
  name
  steps
  min
  max
  mean
  last
  bucketed
  pointCount
}`) as unknown as TypedDocumentString<RunSeriesQuery, RunSeriesQueryVariables>;
export const RunSummariesDocument = new TypedDocumentString(`
    query RunSummaries($id: ID!, $names: [String!]) {
  run(id: $id) {
    metricSummaries(names: $names) {
      name
      last
      min
      max
      lastStep
      count
    }
  }
}
    `) as unknown as TypedDocumentString<RunSummariesQuery, RunSummariesQueryVariables>;
export const RunCompletionsDocument = new TypedDocumentString(`
    query RunCompletions($id: ID!, $first: Int, $after: String, $filter: CompletionFilter, $orderBy: CompletionOrder) {
  run(id: $id) {
    completions(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
      nodes {
        ...CompletionFields
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    fragment CompletionFields on Completion {
  id
  step
  index
  group
  evaluationSet
  promptText
  answer
  text
  tokenCount
  truncated
  reward
  rewards {
    name
    value
    weight
    version
    error
  }
  advantage
  signal
  kl
  logp
  refLogp
  updatedLogp
}`) as unknown as TypedDocumentString<RunCompletionsQuery, RunCompletionsQueryVariables>;
export const CompletionTokensDocument = new TypedDocumentString(`
    query CompletionTokens($id: ID!) {
  completion(id: $id) {
    id
    tokens {
      tokenIds
      pieces
      logp
      refLogp
      updatedLogp
    }
  }
}
    `) as unknown as TypedDocumentString<CompletionTokensQuery, CompletionTokensQueryVariables>;
export const RunCheckpointsDocument = new TypedDocumentString(`
    query RunCheckpoints($id: ID!, $first: Int, $after: String) {
  run(id: $id) {
    checkpoints(first: $first, after: $after) {
      nodes {
        id
        step
        sha256
        bytes
        metrics
        createdAt
        deletedAt
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<RunCheckpointsQuery, RunCheckpointsQueryVariables>;
export const RunLogsDocument = new TypedDocumentString(`
    query RunLogs($id: ID!, $last: Int) {
  run(id: $id) {
    logs(last: $last) {
      nodes {
        id
        time
        level
        message
        step
      }
    }
  }
}
    `) as unknown as TypedDocumentString<RunLogsQuery, RunLogsQueryVariables>;
export const PauseRunDocument = new TypedDocumentString(`
    mutation PauseRun($id: ID!) {
  pauseRun(id: $id) {
    run {
      ...RunFields
    }
    errors {
      ...ErrorFields
    }
  }
}
    fragment RunFields on Run {
  id
  number
  name
  status
  stage
  pendingCommand
  step
  totalSteps
  config
  configYaml
  configHash
  tags
  note
  archived
  statusReason
  leaseLive
  backend
  createdAt
  startedAt
  finishedAt
  updatedAt
  durationMs
  forkedFrom {
    run {
      id
      number
    }
    step
    sha256
  }
  project {
    id
    slug
    name
  }
}
fragment ErrorFields on UserError {
  code
  message
  path
}`) as unknown as TypedDocumentString<PauseRunMutation, PauseRunMutationVariables>;
export const ResumeRunDocument = new TypedDocumentString(`
    mutation ResumeRun($id: ID!) {
  resumeRun(id: $id) {
    run {
      ...RunFields
    }
    errors {
      ...ErrorFields
    }
  }
}
    fragment RunFields on Run {
  id
  number
  name
  status
  stage
  pendingCommand
  step
  totalSteps
  config
  configYaml
  configHash
  tags
  note
  archived
  statusReason
  leaseLive
  backend
  createdAt
  startedAt
  finishedAt
  updatedAt
  durationMs
  forkedFrom {
    run {
      id
      number
    }
    step
    sha256
  }
  project {
    id
    slug
    name
  }
}
fragment ErrorFields on UserError {
  code
  message
  path
}`) as unknown as TypedDocumentString<ResumeRunMutation, ResumeRunMutationVariables>;
export const CancelRunDocument = new TypedDocumentString(`
    mutation CancelRun($id: ID!) {
  cancelRun(id: $id) {
    run {
      ...RunFields
    }
    errors {
      ...ErrorFields
    }
  }
}
    fragment RunFields on Run {
  id
  number
  name
  status
  stage
  pendingCommand
  step
  totalSteps
  config
  configYaml
  configHash
  tags
  note
  archived
  statusReason
  leaseLive
  backend
  createdAt
  startedAt
  finishedAt
  updatedAt
  durationMs
  forkedFrom {
    run {
      id
      number
    }
    step
    sha256
  }
  project {
    id
    slug
    name
  }
}
fragment ErrorFields on UserError {
  code
  message
  path
}`) as unknown as TypedDocumentString<CancelRunMutation, CancelRunMutationVariables>;
export const CheckpointRunDocument = new TypedDocumentString(`
    mutation CheckpointRun($id: ID!) {
  checkpointRun(id: $id) {
    run {
      ...RunFields
    }
    errors {
      ...ErrorFields
    }
  }
}
    fragment RunFields on Run {
  id
  number
  name
  status
  stage
  pendingCommand
  step
  totalSteps
  config
  configYaml
  configHash
  tags
  note
  archived
  statusReason
  leaseLive
  backend
  createdAt
  startedAt
  finishedAt
  updatedAt
  durationMs
  forkedFrom {
    run {
      id
      number
    }
    step
    sha256
  }
  project {
    id
    slug
    name
  }
}
fragment ErrorFields on UserError {
  code
  message
  path
}`) as unknown as TypedDocumentString<CheckpointRunMutation, CheckpointRunMutationVariables>;
export const ForkRunDocument = new TypedDocumentString(`
    mutation ForkRun($input: ForkRunInput!) {
  forkRun(input: $input) {
    run {
      ...RunFields
    }
    errors {
      ...ErrorFields
    }
  }
}
    fragment RunFields on Run {
  id
  number
  name
  status
  stage
  pendingCommand
  step
  totalSteps
  config
  configYaml
  configHash
  tags
  note
  archived
  statusReason
  leaseLive
  backend
  createdAt
  startedAt
  finishedAt
  updatedAt
  durationMs
  forkedFrom {
    run {
      id
      number
    }
    step
    sha256
  }
  project {
    id
    slug
    name
  }
}
fragment ErrorFields on UserError {
  code
  message
  path
}`) as unknown as TypedDocumentString<ForkRunMutation, ForkRunMutationVariables>;
export const RunUpdatedDocument = new TypedDocumentString(`
    subscription RunUpdated($runId: ID) {
  runUpdated(runId: $runId) {
    id
    status
    stage
    step
    totalSteps
    pendingCommand
    statusReason
  }
}
    `) as unknown as TypedDocumentString<RunUpdatedSubscription, RunUpdatedSubscriptionVariables>;
export const RegisterWorkerDocument = new TypedDocumentString(`
    mutation RegisterWorker($input: RegisterWorkerInput!) {
  registerWorker(input: $input) {
    worker {
      id
      name
      online
    }
    errors {
      ...ErrorFields
    }
  }
}
    fragment ErrorFields on UserError {
  code
  message
  path
}`) as unknown as TypedDocumentString<RegisterWorkerMutation, RegisterWorkerMutationVariables>;
export const ClaimRunDocument = new TypedDocumentString(`
    mutation ClaimRun($input: ClaimRunInput!) {
  claimRun(input: $input) {
    lease {
      token
      attempt
      expiresAt
      leaseSeconds
      run {
        ...RunFields
      }
      checkpoint {
        id
        step
        sha256
        bytes
      }
      fork {
        runId
        step
        sha256
        bytes
      }
      prompts {
        id
        promptCount
        sha256
      }
    }
    errors {
      ...ErrorFields
    }
  }
}
    fragment RunFields on Run {
  id
  number
  name
  status
  stage
  pendingCommand
  step
  totalSteps
  config
  configYaml
  configHash
  tags
  note
  archived
  statusReason
  leaseLive
  backend
  createdAt
  startedAt
  finishedAt
  updatedAt
  durationMs
  forkedFrom {
    run {
      id
      number
    }
    step
    sha256
  }
  project {
    id
    slug
    name
  }
}
fragment ErrorFields on UserError {
  code
  message
  path
}`) as unknown as TypedDocumentString<ClaimRunMutation, ClaimRunMutationVariables>;
export const HeartbeatDocument = new TypedDocumentString(`
    mutation Heartbeat($input: HeartbeatInput!) {
  heartbeat(input: $input) {
    command
    expiresAt
    errors {
      ...ErrorFields
    }
  }
}
    fragment ErrorFields on UserError {
  code
  message
  path
}`) as unknown as TypedDocumentString<HeartbeatMutation, HeartbeatMutationVariables>;
export const RecordStepsDocument = new TypedDocumentString(`
    mutation RecordSteps($input: RecordStepsInput!) {
  recordSteps(input: $input) {
    acknowledged
    duplicates
    errors {
      ...ErrorFields
    }
  }
}
    fragment ErrorFields on UserError {
  code
  message
  path
}`) as unknown as TypedDocumentString<RecordStepsMutation, RecordStepsMutationVariables>;
export const RecordCheckpointDocument = new TypedDocumentString(`
    mutation RecordCheckpoint($input: RecordCheckpointInput!) {
  recordCheckpoint(input: $input) {
    checkpoint {
      id
      step
      sha256
    }
    errors {
      ...ErrorFields
    }
  }
}
    fragment ErrorFields on UserError {
  code
  message
  path
}`) as unknown as TypedDocumentString<RecordCheckpointMutation, RecordCheckpointMutationVariables>;
export const ReleaseRunDocument = new TypedDocumentString(`
    mutation ReleaseRun($input: ReleaseRunInput!) {
  releaseRun(input: $input) {
    run {
      id
      status
    }
    errors {
      ...ErrorFields
    }
  }
}
    fragment ErrorFields on UserError {
  code
  message
  path
}`) as unknown as TypedDocumentString<ReleaseRunMutation, ReleaseRunMutationVariables>;
export const FinishRunDocument = new TypedDocumentString(`
    mutation FinishRun($input: FinishRunInput!) {
  finishRun(input: $input) {
    run {
      id
      status
    }
    errors {
      ...ErrorFields
    }
  }
}
    fragment ErrorFields on UserError {
  code
  message
  path
}`) as unknown as TypedDocumentString<FinishRunMutation, FinishRunMutationVariables>;
export const FailRunDocument = new TypedDocumentString(`
    mutation FailRun($input: FailRunInput!) {
  failRun(input: $input) {
    run {
      id
      status
    }
    errors {
      ...ErrorFields
    }
  }
}
    fragment ErrorFields on UserError {
  code
  message
  path
}`) as unknown as TypedDocumentString<FailRunMutation, FailRunMutationVariables>;