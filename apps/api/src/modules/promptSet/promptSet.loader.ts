/** @file Versions of prompt sets and prompts of versions. */
import type { Database } from '@nabla/db';
import { connectionLoader, valueLoader } from '../../relay/connectionLoader.ts';
import { groupBy } from '../../relay/groupBy.ts';
import type { Prompt, PromptSetVersion } from '../../sources.ts';
import { type PromptListArgs, promptPlan } from './promptSet.list.ts';

export function promptSetLoaders({ prisma, pool }: Database) {
  return {
    /** Newest first. */
    promptSetVersions: valueLoader<PromptSetVersion[]>(
      async (ids) => {
        const found = await prisma.promptSetVersion.findMany({
          where: { promptSetId: { in: ids } },
          orderBy: { version: 'desc' },
        });
        return groupBy(found, (version) => version.promptSetId);
      },
      () => [],
    ),
    versionPrompts: connectionLoader<PromptListArgs, Prompt>(pool, promptPlan),
  };
}
