/** @file The trainer as a library. */
export { openBackend, type Backend, type BackendKind } from './backend/backend.ts';
export { TrainerError, type TrainerErrorCode, type TrainerErrorPlace } from './errors.ts';
export { createSession, type Session, type SessionOptions } from './session.ts';
export {
  STATE_FORMAT_VERSION,
  type SessionCounters,
  type SessionState,
  type StateTensor,
} from './sessionState.ts';
export type { CompletionResult, CompletionTokens, StepResult } from './stepResult.ts';
