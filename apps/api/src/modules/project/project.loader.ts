/** @file Figures and lists below projects. */
import type { Database } from '@nabla/db';
import type { Project, PromptSet, Run } from '../../sources.ts';
import type { PageArgs } from '../../relay/page.ts';
import { connectionLoader, valueLoader } from '../../relay/connectionLoader.ts';
import { projectPlan } from './project.list.ts';
import { promptSetPlan } from '../promptSet/promptSet.list.ts';
import { type RunListArgs, runPlan } from '../run/run.list.ts';

export interface ProjectFigures {
  runCount: number;
  /** Runs that are queued, running or paused. */
  activeRunCount: number;
  promptSetCount: number;
  /** Null before the first run. */
  lastActivityAt: Date | null;
}

export function projectLoaders({ pool }: Database) {
  return {
    workspaceProjects: connectionLoader<PageArgs, Project>(pool, () => projectPlan),
    projectFigures: valueLoader<ProjectFigures>(
      async (ids) => {
        const { rows } = await pool.query<ProjectFigures & { id: string }>(
          `SELECT p.id, runs.n AS "runCount", runs.active AS "activeRunCount", runs.latest AS "lastActivityAt", sets.n AS "promptSetCount"
             FROM unnest($1::text[]) AS p(id)
             CROSS JOIN LATERAL (
               SELECT count(*)::int AS n, max(r.updated_at) AS latest,
                      (count(*) FILTER (WHERE r.status IN ('QUEUED', 'RUNNING', 'PAUSED')))::int AS active
                 FROM run r WHERE r.project_id = p.id
             ) runs
             CROSS JOIN LATERAL (SELECT count(*)::int AS n FROM prompt_set s WHERE s.project_id = p.id) sets`,
          [ids],
        );
        return new Map(rows.map((row) => [row.id, row]));
      },
      () => ({ runCount: 0, activeRunCount: 0, promptSetCount: 0, lastActivityAt: null }),
    ),
    projectTags: valueLoader<string[]>(
      async (ids) => {
        const { rows } = await pool.query<{ id: string; tags: string[] }>(
          `SELECT r.project_id AS id, array_agg(DISTINCT t.tag ORDER BY t.tag) AS tags
             FROM run r JOIN run_tag t ON t.run_id = r.id
            WHERE r.project_id = ANY($1) GROUP BY r.project_id`,
          [ids],
        );
        return new Map(rows.map((row) => [row.id, row.tags]));
      },
      () => [],
    ),
    projectRuns: connectionLoader<RunListArgs, Run>(pool, (args) => runPlan('project', args)),
    projectPromptSets: connectionLoader<PageArgs, PromptSet>(pool, () => promptSetPlan),
  };
}
