/** @file All loaders of one request. A loader answers many ids in one query, so a list costs the same number of queries at 1 and at 200 rows. */
import type { Database } from '@nabla/db';
import { commentLoaders } from './modules/comment/comment.loader.ts';
import { completionLoaders } from './modules/completion/completion.loader.ts';
import { entityLoaders } from './modules/node/entity.loader.ts';
import { metricLoaders } from './modules/metric/metric.loader.ts';
import { projectLoaders } from './modules/project/project.loader.ts';
import { promptSetLoaders } from './modules/promptSet/promptSet.loader.ts';
import { reviewLoaders } from './modules/review/review.loader.ts';
import { runLoaders } from './modules/run/run.loader.ts';
import { workerLoaders } from './modules/worker/worker.loader.ts';

export function createLoaders(db: Database, viewerId: string) {
  return {
    ...entityLoaders(db),
    ...projectLoaders(db),
    ...promptSetLoaders(db),
    ...runLoaders(db),
    ...metricLoaders(db),
    ...workerLoaders(db),
    ...completionLoaders(db, viewerId),
    ...reviewLoaders(db),
    ...commentLoaders(db),
  };
}

export type Loaders = ReturnType<typeof createLoaders>;
