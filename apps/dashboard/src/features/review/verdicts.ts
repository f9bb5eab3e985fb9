/** @file Verdicts: what is asked of the API about them, in one place. */
import { graphql } from '../../graphql/generated/index.ts';

export const verdictsFragment = graphql(`
  fragment review_verdicts on Completion {
    id
    verdictCount
    verdictsHidden
    commentCount
    myVerdict {
      id
      value
      note
    }
    verdicts {
      id
      value
      note
      createdAt
      author {
        id
        name
      }
    }
  }
`);

export const giveVerdictMutation = graphql(`
  mutation GiveVerdict($input: GiveVerdictInput!) {
    giveVerdict(input: $input) {
      verdict {
        id
      }
      completion {
        ...review_verdicts
      }
      errors {
        code
        message
        path
      }
    }
  }
`);

/** Keeps every completion of the run that is on the page up to date with what others judge. */
export const verdictsAddedSubscription = graphql(`
  subscription VerdictsAdded($runId: ID!) {
    verdictsAdded(runId: $runId) {
      author {
        id
        name
      }
      completion {
        ...review_verdicts
      }
    }
  }
`);
