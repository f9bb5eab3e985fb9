/**
 * @file Who may do what: the one table. Every root field and every object type stands here, or the server does not
 * start (`guard.ts` checks it). A role includes all roles below it.
 */
import type { Role } from '@nabla/domain';

/** `open`: also without signing in. A role: that role or a higher one. `session`: only a person signed in by cookie, no API key. */
export type Rule = 'open' | Role | { role: Role; session: true };

/** Rules of one type: for all of its fields (`'*'`), and exceptions by field. Root types have no `'*'`: each field is named. */
export type TypeRules = Readonly<Record<string, Rule>>;

const query: TypeRules = {
  viewer: 'open',
  linkInfo: 'open',
  node: 'VIEWER',
  projects: 'VIEWER',
  project: 'VIEWER',
  run: 'VIEWER',
  runs: 'VIEWER',
  series: 'VIEWER',
  promptSet: 'VIEWER',
  previewPromptFile: 'RESEARCHER',
  validateConfig: 'VIEWER',
  completion: 'VIEWER',
  nextToReview: 'REVIEWER',
  reviewProgress: 'VIEWER',
  workers: 'VIEWER',
  members: 'VIEWER',
  apiKeys: 'RESEARCHER',
  invites: 'OWNER',
  presets: 'VIEWER',
};

const mutation: TypeRules = {
  signInWithLink: 'open',
  signOut: { role: 'VIEWER', session: true },
  // A key of a low role must not become a session of its person's full role.
  createSignInLink: { role: 'VIEWER', session: true },
  updateProfile: 'REVIEWER',
  createInvite: 'OWNER',
  revokeInvite: 'OWNER',
  changeRole: 'OWNER',
  removeMember: 'OWNER',
  // A key that leaked must not be able to outlive its revocation by making others.
  createApiKey: { role: 'RESEARCHER', session: true },
  revokeApiKey: 'RESEARCHER',
  createProject: 'RESEARCHER',
  updateProject: 'RESEARCHER',
  createPromptSet: 'RESEARCHER',
  addPromptSetVersion: 'RESEARCHER',
  createRun: 'RESEARCHER',
  forkRun: 'RESEARCHER',
  renameRun: 'RESEARCHER',
  setRunTags: 'RESEARCHER',
  setRunNote: 'RESEARCHER',
  archiveRun: 'RESEARCHER',
  cancelRun: 'RESEARCHER',
  pauseRun: 'RESEARCHER',
  resumeRun: 'RESEARCHER',
  checkpointRun: 'RESEARCHER',
  giveVerdict: 'REVIEWER',
  addComment: 'REVIEWER',
  editComment: 'REVIEWER',
  deleteComment: 'REVIEWER',
  registerWorker: 'RESEARCHER',
  claimRun: 'RESEARCHER',
  heartbeat: 'RESEARCHER',
  recordSteps: 'RESEARCHER',
  recordCheckpoint: 'RESEARCHER',
  releaseRun: 'RESEARCHER',
  finishRun: 'RESEARCHER',
  failRun: 'RESEARCHER',
};

const subscription: TypeRules = {
  runUpdated: 'VIEWER',
  metricPointsAdded: 'VIEWER',
  completionsAdded: 'VIEWER',
  verdictsAdded: 'VIEWER',
  commentsAdded: 'VIEWER',
  workerUpdated: 'VIEWER',
};

const readable: TypeRules = { '*': 'VIEWER' };
const open: TypeRules = { '*': 'open' };

/** By type name. Connections, edges and payloads are named too: a new type without a line here does not start. */
export const accessRules: Readonly<Record<string, TypeRules>> = {
  Query: query,
  Mutation: mutation,
  Subscription: subscription,

  UserError: open,
  LinkInfo: open,
  SignInPayload: open,
  SignOutPayload: open,

  Viewer: readable,
  Workspace: readable,
  User: readable,
  Member: readable,
  ApiKey: { '*': 'RESEARCHER' },
  Invite: { '*': 'OWNER' },

  Project: readable,
  PromptSet: readable,
  PromptSetVersion: readable,
  Prompt: readable,
  PromptFilePreview: { '*': 'RESEARCHER' },
  PromptDraft: { '*': 'RESEARCHER' },
  PromptLineError: { '*': 'RESEARCHER' },

  Run: readable,
  RunLog: readable,
  MetricSummary: readable,
  MetricSeries: readable,
  Checkpoint: readable,
  RunFork: readable,
  Worker: readable,
  Completion: readable,
  RewardComponent: readable,
  CompletionTokens: readable,
  Verdict: readable,
  Comment: readable,
  ConfigValidation: readable,
  ConfigPreset: readable,
  ReviewProgress: readable,

  PageInfo: readable,
  ProjectConnection: readable,
  ProjectEdge: readable,
  PromptSetConnection: readable,
  PromptSetEdge: readable,
  PromptConnection: readable,
  PromptEdge: readable,
  RunConnection: readable,
  RunEdge: readable,
  RunLogConnection: readable,
  RunLogEdge: readable,
  CheckpointConnection: readable,
  CheckpointEdge: readable,
  WorkerConnection: readable,
  WorkerEdge: readable,
  CompletionConnection: readable,
  CompletionEdge: readable,
  CommentConnection: readable,
  CommentEdge: readable,

  // A payload's `errors` say why somebody was refused, so payloads are open; what they hold has its own rules.
  LinkPayload: open,
  UserPayload: open,
  InvitePayload: open,
  MemberPayload: open,
  ApiKeyPayload: open,
  ProjectPayload: open,
  PromptSetPayload: open,
  RunPayload: open,
  VerdictPayload: open,
  CommentPayload: open,
  WorkerPayload: open,
  ClaimPayload: open,
  HeartbeatPayload: open,
  RecordStepsPayload: open,
  CheckpointPayload: open,
  Lease: { '*': 'RESEARCHER' },
  LeaseFork: { '*': 'RESEARCHER' },

  CompletionsAdded: readable,
  VerdictAdded: readable,
};
