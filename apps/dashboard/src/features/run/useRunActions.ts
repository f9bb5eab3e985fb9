'use client';
/** @file What one can do to a run. Each action tells of its failure by a toast and answers whether it went through. */
import { useMutation } from 'urql';
import { type Refusal, refusals } from '../../graphql/errors.ts';
import { graphql } from '../../graphql/generated/index.ts';
import { useToast } from '../../ui/Toast.tsx';

export const runActionsStateFragment = graphql(`
  fragment run_state on Run {
    id
    name
    status
    stage
    pendingCommand
    statusReason
    tags
    note
    archived
    updatedAt
  }
`);

const pauseMutation = graphql(`
  mutation PauseRun($id: ID!) {
    pauseRun(id: $id) {
      run {
        ...run_state
      }
      errors {
        code
        message
        path
      }
    }
  }
`);
const resumeMutation = graphql(`
  mutation ResumeRun($id: ID!) {
    resumeRun(id: $id) {
      run {
        ...run_state
      }
      errors {
        code
        message
        path
      }
    }
  }
`);
const checkpointMutation = graphql(`
  mutation CheckpointRun($id: ID!) {
    checkpointRun(id: $id) {
      run {
        ...run_state
      }
      errors {
        code
        message
        path
      }
    }
  }
`);
const cancelMutation = graphql(`
  mutation CancelRunHere($id: ID!) {
    cancelRun(id: $id) {
      run {
        ...run_state
      }
      errors {
        code
        message
        path
      }
    }
  }
`);
const renameMutation = graphql(`
  mutation RenameRun($id: ID!, $name: String!) {
    renameRun(id: $id, name: $name) {
      run {
        ...run_state
      }
      errors {
        code
        message
        path
      }
    }
  }
`);
const tagsMutation = graphql(`
  mutation SetRunTagsHere($id: ID!, $tags: [String!]!) {
    setRunTags(id: $id, tags: $tags) {
      run {
        ...run_state
      }
      errors {
        code
        message
        path
      }
    }
  }
`);
const noteMutation = graphql(`
  mutation SetRunNote($id: ID!, $note: String!) {
    setRunNote(id: $id, note: $note) {
      run {
        ...run_state
      }
      errors {
        code
        message
        path
      }
    }
  }
`);
const archiveMutation = graphql(`
  mutation ArchiveRunHere($id: ID!, $archived: Boolean!) {
    archiveRun(id: $id, archived: $archived) {
      run {
        ...run_state
      }
      errors {
        code
        message
        path
      }
    }
  }
`);

export interface RunActions {
  pause(): Promise<boolean>;
  resume(): Promise<boolean>;
  /** Asks for a checkpoint now. */
  checkpoint(): Promise<boolean>;
  cancel(): Promise<boolean>;
  rename(name: string): Promise<boolean>;
  setTags(tags: readonly string[]): Promise<boolean>;
  setNote(note: string): Promise<boolean>;
  setArchived(archived: boolean): Promise<boolean>;
}

export function useRunActions(id: string): RunActions {
  const toast = useToast();
  const [, pause] = useMutation(pauseMutation);
  const [, resume] = useMutation(resumeMutation);
  const [, checkpoint] = useMutation(checkpointMutation);
  const [, cancel] = useMutation(cancelMutation);
  const [, rename] = useMutation(renameMutation);
  const [, setTags] = useMutation(tagsMutation);
  const [, setNote] = useMutation(noteMutation);
  const [, archive] = useMutation(archiveMutation);
  const told = (problems: readonly Refusal[]): boolean => {
    for (const { message } of problems) toast.fail(message);
    return problems.length === 0;
  };
  return {
    pause: async () => {
      const result = await pause({ id });
      return told(refusals(result, result.data?.pauseRun.errors));
    },
    resume: async () => {
      const result = await resume({ id });
      return told(refusals(result, result.data?.resumeRun.errors));
    },
    checkpoint: async () => {
      const result = await checkpoint({ id });
      return told(refusals(result, result.data?.checkpointRun.errors));
    },
    cancel: async () => {
      const result = await cancel({ id });
      return told(refusals(result, result.data?.cancelRun.errors));
    },
    rename: async (name) => {
      const result = await rename({ id, name });
      return told(refusals(result, result.data?.renameRun.errors));
    },
    setTags: async (tags) => {
      const result = await setTags({ id, tags: [...tags] });
      return told(refusals(result, result.data?.setRunTags.errors));
    },
    setNote: async (note) => {
      const result = await setNote({ id, note });
      return told(refusals(result, result.data?.setRunNote.errors));
    },
    setArchived: async (archived) => {
      const result = await archive({ id, archived });
      return told(refusals(result, result.data?.archiveRun.errors));
    },
  };
}
