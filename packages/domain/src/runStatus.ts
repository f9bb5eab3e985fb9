/** @file States of a run and the moves allowed between them. */

export const RUN_STATUSES = ['QUEUED', 'RUNNING', 'PAUSED', 'FINISHED', 'FAILED', 'CANCELLED'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

export const RUN_STAGES = ['WARM_UP', 'POLICY_GRADIENT'] as const;
export type RunStage = (typeof RUN_STAGES)[number];

export const RUN_COMMANDS = ['CONTINUE', 'PAUSE', 'CANCEL', 'CHECKPOINT'] as const;
export type RunCommand = (typeof RUN_COMMANDS)[number];

export const ROLES = ['OWNER', 'RESEARCHER', 'REVIEWER', 'VIEWER'] as const;
export type Role = (typeof ROLES)[number];

/** Nothing more will happen to a run in one of these states. */
export function isTerminal(status: RunStatus): boolean {
  return status === 'FINISHED' || status === 'FAILED' || status === 'CANCELLED';
}
