/**
 * @file What stands behind each GraphQL type: the value its resolvers receive. Nexus matches these by name
 * (`schema.ts`), so that a resolver that returns something else does not compile.
 */
import type * as db from '@nabla/db';
import type { Actor } from './auth/actor.ts';
import type { UserError as UserErrorSource } from './errors.ts';
import type { Connection, Edge, PageInfo as PageInfoSource } from './relay/page.ts';

export type PageInfo = PageInfoSource;
export type UserError = UserErrorSource;

export type Viewer = Actor;
export type Workspace = db.Workspace;
export type User = db.User;
export type Member = Pick<db.Membership, 'userId' | 'role' | 'joinedAt'>;
export type ApiKey = db.ApiKey;
/** Only links of kind INVITE, which always have a role and a maker. */
export type Invite = Omit<db.LoginLink, 'role' | 'createdById'> & { role: db.Role; createdById: string };

export type Project = db.Project;
export type PromptSet = db.PromptSet;
export type PromptSetVersion = db.PromptSetVersion;
export type Prompt = db.Prompt;

export type Run = db.Run;
export type RunLog = Omit<db.RunLog, 'seq'> & { seq: number };
export type Checkpoint = Omit<db.Checkpoint, 'bytes'> & { bytes: number | bigint };
/** Where a fork began. */
export interface RunFork {
  runId: string;
  step: number;
  sha256: string;
}
export type Worker = db.Worker;
export interface MetricSummary {
  name: string;
  last: number | null;
  min: number | null;
  max: number | null;
  lastStep: number;
  count: number;
}
export interface MetricSeries {
  runId: string;
  name: string;
  steps: readonly number[];
  min: readonly (number | null)[];
  max: readonly (number | null)[];
  mean: readonly (number | null)[];
  last: readonly (number | null)[];
  bucketed: boolean;
  pointCount: number;
}

export type Completion = Omit<db.Completion, 'createdAt'>;
export type RewardComponent = Pick<
  db.Reward,
  'component' | 'value' | 'used' | 'weight' | 'version' | 'error'
>;
export interface CompletionTokens {
  tokenIds: Uint8Array;
  pieces: string[];
  logp: Uint8Array;
  refLogp: Uint8Array | null;
  updatedLogp: Uint8Array | null;
}
export type Verdict = db.Verdict;
export type Comment = db.Comment;
export type CommentSubject = ({ __typename: 'Run' } & Run) | ({ __typename: 'Completion' } & Completion);
export interface CompletionsAdded {
  runId: string;
  step: number;
  evaluationSet: string | null;
}
export interface VerdictAdded extends db.CompletionKey {
  authorId: string;
}
export interface Lease {
  token: string;
  run: Run;
  attempt: number;
  expiresAt: Date;
  leaseSeconds: number;
  checkpoint: Checkpoint | null;
  fork: LeaseFork | null;
}
export type LeaseFork = RunFork & { bytes: number | bigint };

export type Node =
  | ({ __typename: 'User' } & User)
  | ({ __typename: 'ApiKey' } & ApiKey)
  | ({ __typename: 'Invite' } & Invite)
  | ({ __typename: 'Project' } & Project)
  | ({ __typename: 'PromptSet' } & PromptSet)
  | ({ __typename: 'PromptSetVersion' } & PromptSetVersion)
  | ({ __typename: 'Prompt' } & Prompt)
  | ({ __typename: 'Run' } & Run)
  | ({ __typename: 'Checkpoint' } & Checkpoint)
  | ({ __typename: 'Worker' } & Worker)
  | ({ __typename: 'Completion' } & Completion)
  | ({ __typename: 'Verdict' } & Verdict)
  | ({ __typename: 'Comment' } & Comment);

/** A mutation's answer: refused ones have only errors. */
type Payload<Fields> = { errors: UserError[] } & { [Field in keyof Fields]?: Fields[Field] | null };
export type SignInPayload = Payload<{ viewer: Viewer }>;
export type SignOutPayload = Payload<object>;
export type LinkPayload = Payload<{ url: string; expiresAt: Date }>;
export type UserPayload = Payload<{ user: User }>;
export type InvitePayload = Payload<{ invite: Invite; url: string }>;
export type MemberPayload = Payload<{ member: Member }>;
export type ApiKeyPayload = Payload<{ apiKey: ApiKey; secret: string }>;
export type ProjectPayload = Payload<{ project: Project }>;
export type PromptSetPayload = Payload<{
  promptSet: PromptSet;
  lineErrors: { line: number; message: string }[];
}>;
export type RunPayload = Payload<{ run: Run }>;
export type VerdictPayload = Payload<{ verdict: Verdict; completion: Completion }>;
export type CommentPayload = Payload<{ comment: Comment }>;
export type WorkerPayload = Payload<{ worker: Worker }>;
export type ClaimPayload = Payload<{ lease: Lease }>;
export type HeartbeatPayload = Payload<{ command: db.RunCommand; expiresAt: Date }>;
export type RecordStepsPayload = Payload<{ acknowledged: readonly number[]; duplicates: number }>;
export type CheckpointPayload = Payload<{ checkpoint: Checkpoint }>;

export type ProjectConnection = Connection<Project>;
export type ProjectEdge = Edge<Project>;
export type PromptSetConnection = Connection<PromptSet>;
export type PromptSetEdge = Edge<PromptSet>;
export type PromptConnection = Connection<Prompt>;
export type PromptEdge = Edge<Prompt>;
export type RunConnection = Connection<Run>;
export type RunEdge = Edge<Run>;
export type RunLogConnection = Connection<RunLog>;
export type RunLogEdge = Edge<RunLog>;
export type CheckpointConnection = Connection<Checkpoint>;
export type CheckpointEdge = Edge<Checkpoint>;
export type WorkerConnection = Connection<Worker>;
export type WorkerEdge = Edge<Worker>;
export type CompletionConnection = Connection<Completion>;
export type CompletionEdge = Edge<Completion>;
export type CommentConnection = Connection<Comment>;
export type CommentEdge = Edge<Comment>;
