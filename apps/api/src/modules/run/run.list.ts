/** @file The list of runs: columns, orderings and filter. */
import { Prisma, type Run } from '@nabla/db';
import { refuse } from '../../errors.ts';
import { columnsOf, type ListKey, type ListPlan } from '../../relay/listPlan.ts';
import type { PageArgs } from '../../relay/page.ts';
import { compileRunFilter, type RunFilter } from './run.filter.ts';

export interface RunOrder {
  field: 'CREATED_AT' | 'NAME' | 'STATUS' | 'STEP' | 'UPDATED_AT' | 'METRIC_LAST';
  direction: 'ASC' | 'DESC';
  metric?: string | null | undefined;
}

export interface RunListArgs extends PageArgs {
  filter?: RunFilter | null | undefined;
  orderBy?: RunOrder | null | undefined;
}

const runColumns = {
  id: 'id',
  workspaceId: 'workspace_id',
  projectId: 'project_id',
  number: 'number',
  name: 'name',
  status: 'status',
  stage: 'stage',
  pendingCommand: 'pending_command',
  checkpointAskedAt: 'checkpoint_asked_at',
  step: 'step',
  totalSteps: 'total_steps',
  config: 'config',
  configHash: 'config_hash',
  configYaml: 'config_yaml',
  note: 'note',
  archived: 'archived',
  statusReason: 'status_reason',
  ownerId: 'owner_id',
  clonedFromId: 'cloned_from_id',
  forkedFromRunId: 'forked_from_run_id',
  forkedFromStep: 'forked_from_step',
  forkedFromSha256: 'forked_from_sha256',
  promptSetVersionId: 'prompt_set_version_id',
  reservedWorkerId: 'reserved_worker_id',
  workerId: 'worker_id',
  backend: 'backend',
  attempt: 'attempt',
  idempotencyKey: 'idempotency_key',
  createdAt: 'created_at',
  queuedAt: 'queued_at',
  startedAt: 'started_at',
  finishedAt: 'finished_at',
  updatedAt: 'updated_at',
  lastHeartbeatAt: 'last_heartbeat_at',
} satisfies Record<keyof Run, string>;

const MATCH = {
  project: Prisma.sql`r.project_id = parent.id`,
  workspace: Prisma.sql`r.workspace_id = parent.id`,
  forks: Prisma.sql`r.forked_from_run_id = parent.id`,
};

/** Runs below projects, of a workspace, or forked from a run. Newest first when nothing else is said. */
export function runPlan(parent: keyof typeof MATCH, args: RunListArgs): ListPlan {
  const order = args.orderBy ?? { field: 'CREATED_AT', direction: 'DESC' };
  const descending = order.direction === 'DESC';
  return {
    order: `runs:${order.field}:${order.direction}:${order.metric ?? ''}`,
    match: MATCH[parent],
    columns: columnsOf('r', runColumns),
    from:
      order.field === 'METRIC_LAST'
        ? Prisma.sql`run r LEFT JOIN metric_series_head head ON head.run_id = r.id AND head.metric = ${metricOf(order)}`
        : Prisma.sql`run r`,
    where: compileRunFilter(args.filter),
    keys: [
      { ...sortKey(order), descending },
      { expression: Prisma.sql`r.id`, type: 'text', descending },
    ],
  };
}

function sortKey(order: RunOrder): Pick<ListKey, 'expression' | 'type'> {
  switch (order.field) {
    case 'CREATED_AT':
      return { expression: Prisma.sql`r.created_at`, type: 'timestamptz' };
    case 'UPDATED_AT':
      return { expression: Prisma.sql`r.updated_at`, type: 'timestamptz' };
    case 'NAME':
      return { expression: Prisma.sql`lower(r.name)`, type: 'text' };
    case 'STATUS':
      return { expression: Prisma.sql`r.status::text`, type: 'text' };
    case 'STEP':
      return { expression: Prisma.sql`r.step`, type: 'int4' };
    case 'METRIC_LAST':
      // Runs without the metric come last either way.
      return order.direction === 'DESC'
        ? { expression: Prisma.sql`coalesce(head.last, '-Infinity'::float8)`, type: 'float8' }
        : { expression: Prisma.sql`coalesce(head.last, 'Infinity'::float8)`, type: 'float8' };
  }
}

function metricOf(order: RunOrder): string {
  if (order.metric == null || order.metric === '') {
    throw refuse('INVALID_INPUT', 'Ordering by METRIC_LAST needs the name of the metric.', [
      'orderBy',
      'metric',
    ]);
  }
  return order.metric;
}
