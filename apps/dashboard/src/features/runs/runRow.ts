/** @file What a row of the list of runs knows. */
import type { run_rowFragment } from '../../graphql/generated/graphql.ts';
import { graphql } from '../../graphql/generated/index.ts';

export const runRowFragment = graphql(`
  fragment run_row on Run {
    id
    number
    name
    status
    stage
    pendingCommand
    statusReason
    step
    totalSteps
    tags
    archived
    backend
    leaseLive
    createdAt
    startedAt
    finishedAt
    updatedAt
    durationMs
    verdictCount
    metricNames
    forkedFrom {
      step
      run {
        id
        number
        name
      }
    }
    owner {
      id
      name
    }
    worker {
      id
      name
    }
    sparkline(metric: "reward/mean", points: 40)
    metricSummaries(names: $metrics) {
      name
      last
      min
      max
      lastStep
    }
  }
`);

/** What changes while a run goes on: light enough to be sent at every step. */
export const runUpdatedSubscription = graphql(`
  subscription RunsUpdated($projectId: ID, $metrics: [String!]) {
    runUpdated(projectId: $projectId) {
      id
      name
      status
      stage
      pendingCommand
      statusReason
      step
      totalSteps
      tags
      archived
      leaseLive
      startedAt
      finishedAt
      updatedAt
      durationMs
      worker {
        id
        name
      }
      metricSummaries(names: $metrics) {
        name
        last
        min
        max
        lastStep
      }
    }
  }
`);

export type RunRow = run_rowFragment;

/** How long it has been going (ms); counts on while it runs. Null before it started. */
export function runDuration(
  run: Pick<RunRow, 'status' | 'startedAt' | 'durationMs'>,
  now: number,
): number | null {
  if (run.startedAt === null) return null;
  if (run.status === 'RUNNING') return Math.max(0, now - Date.parse(run.startedAt));
  return run.durationMs;
}

export function lastValue(run: RunRow, metric: string): number | null {
  return run.metricSummaries.find((summary) => summary.name === metric)?.last ?? null;
}
