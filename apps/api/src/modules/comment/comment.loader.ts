/** @file Comments below runs and completions. */
import type { Database } from '@nabla/db';
import { connectionLoader } from '../../relay/connectionLoader.ts';
import type { PageArgs } from '../../relay/page.ts';
import type { Comment } from '../../sources.ts';
import { completionCommentPlan, runCommentPlan } from './comment.list.ts';

export function commentLoaders({ pool }: Database) {
  return {
    runComments: connectionLoader<PageArgs, Comment>(pool, () => runCommentPlan),
    completionComments: connectionLoader<PageArgs, Comment>(pool, () => completionCommentPlan),
  };
}
