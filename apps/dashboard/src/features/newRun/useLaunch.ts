/** @file Sending a draft: as a new run, or as a fork of a checkpoint. */
import { useMutation } from 'urql';
import { type Refusal, refusals } from '../../graphql/errors.ts';
import { graphql } from '../../graphql/generated/index.ts';
import type { KeptDraft } from './keptDraft.ts';

const createRunMutation = graphql(`
  mutation CreateRun($input: CreateRunInput!) {
    createRun(input: $input) {
      run {
        id
        number
        name
      }
      errors {
        code
        message
        path
      }
    }
  }
`);

const forkRunMutation = graphql(`
  mutation ForkRun($input: ForkRunInput!) {
    forkRun(input: $input) {
      run {
        id
        number
        name
      }
      errors {
        code
        message
        path
      }
    }
  }
`);

/** What the run is made from. */
export type LaunchOrigin =
  | { readonly kind: 'new'; readonly projectId: string; readonly clonedFromId: string | null }
  | { readonly kind: 'fork'; readonly runId: string; readonly step: number };

export interface Launched {
  /** The run's id; null when it was refused. */
  readonly runId: string | null;
  readonly problems: ReadonlyArray<Refusal>;
}

export interface Launch {
  readonly fetching: boolean;
  /** @param config what is written, shorthand spelled out. */
  send(config: unknown, kept: KeptDraft, origin: LaunchOrigin): Promise<Launched>;
}

export function useLaunch(): Launch {
  const [creation, createRun] = useMutation(createRunMutation);
  const [forking, forkRun] = useMutation(forkRunMutation);
  return {
    fetching: creation.fetching || forking.fetching,
    send: async (config, { tags, note, idempotencyKey, workerId }, origin) => {
      const input = {
        config,
        tags: tags
          .split(',')
          .map((tag) => tag.trim())
          .filter((tag) => tag !== ''),
        note,
        idempotencyKey,
        ...(workerId === '' ? {} : { workerId }),
      };
      if (origin.kind === 'fork') {
        const { runId, step } = origin;
        const result = await forkRun({ input: { ...input, runId, step } });
        return launched(result.data?.forkRun.run?.id, refusals(result, result.data?.forkRun.errors));
      }
      const { projectId, clonedFromId } = origin;
      const clone = clonedFromId === null ? {} : { clonedFromId };
      const result = await createRun({ input: { ...input, projectId, ...clone } });
      return launched(result.data?.createRun.run?.id, refusals(result, result.data?.createRun.errors));
    },
  };
}

function launched(id: string | undefined, problems: ReadonlyArray<Refusal>): Launched {
  return { runId: problems.length > 0 ? null : (id ?? null), problems };
}
