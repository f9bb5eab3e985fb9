'use client';
/** @file What people say about a run or a completion, live. */
import { type FormEvent, useState } from 'react';
import { useMutation } from 'urql';
import { describeError, refusals } from '../../graphql/errors.ts';
import { type FragmentType, graphql, readFragment } from '../../graphql/generated/index.ts';
import { useViewer } from '../../graphql/session.tsx';
import { type ConnectionResult, useConnection } from '../../graphql/useConnection.ts';
import { useFeed } from '../../graphql/useFeed.ts';
import { Button } from '../../ui/Button.tsx';
import { Field, Textarea } from '../../ui/Field.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { CommentItem, MAX_COMMENT_CHARS, commentsCommentFragment, sendOnModEnter } from './CommentItem.tsx';
import styles from './Comments.module.css';

const runCommentsQuery = graphql(`
  query RunComments($subjectId: ID!, $after: String) {
    run(id: $subjectId) {
      id
      comments(first: 100, after: $after) {
        nodes {
          id
          ...comments_comment
        }
        pageInfo {
          hasNextPage
          endCursor
        }
        totalCount
      }
    }
  }
`);

const completionCommentsQuery = graphql(`
  query CompletionComments($subjectId: ID!, $after: String) {
    completion(id: $subjectId) {
      id
      commentCount
      comments(first: 100, after: $after) {
        nodes {
          id
          ...comments_comment
        }
        pageInfo {
          hasNextPage
          endCursor
        }
        totalCount
      }
    }
  }
`);

const commentsAddedSubscription = graphql(`
  subscription CommentsAdded($subjectId: ID!) {
    commentsAdded(subjectId: $subjectId) {
      ...comments_comment
    }
  }
`);

const addCommentMutation = graphql(`
  mutation AddComment($input: AddCommentInput!) {
    addComment(input: $input) {
      comment {
        ...comments_comment
      }
      errors {
        code
        message
        path
      }
    }
  }
`);

export interface CommentsProps {
  readonly subjectId: string;
  /** Id of the text field, for whoever wants to put the focus there. */
  readonly inputId?: string;
  /** Says nothing where there are none. */
  readonly compact?: boolean;
}

export function Comments({ kind, ...props }: CommentsProps & { readonly kind: 'run' | 'completion' }) {
  return kind === 'run' ? <RunComments {...props} /> : <CompletionComments {...props} />;
}

function RunComments(props: CommentsProps) {
  const { subjectId } = props;
  const list = useConnection(
    runCommentsQuery,
    (after) => ({ subjectId, after }),
    subjectId,
    (data) => data.run?.comments,
  );
  return <CommentList {...props} list={list} />;
}

function CompletionComments(props: CommentsProps) {
  const { subjectId } = props;
  const list = useConnection(
    completionCommentsQuery,
    (after) => ({ subjectId, after }),
    subjectId,
    (data) => data.completion?.comments,
  );
  return <CommentList {...props} list={list} />;
}

function CommentList({
  subjectId,
  inputId,
  compact = false,
  list,
}: CommentsProps & { readonly list: ConnectionResult<FragmentType<typeof commentsCommentFragment>> }) {
  const viewer = useViewer();
  const { refetch } = list;
  useFeed(commentsAddedSubscription, { subjectId }, refetch);
  const comments = list.nodes.map((node) => readFragment(commentsCommentFragment, node));

  return (
    <div className={styles.comments}>
      {list.loading && <SkeletonRows rows={compact ? 1 : 3} label="Loading comments" />}
      {list.error && comments.length === 0 && (
        <ErrorState message={describeError(list.error)} onRetry={refetch} />
      )}
      {!list.loading && !list.error && comments.length === 0 && !compact && (
        <p className={styles.none}>Nobody has said anything yet.</p>
      )}
      {comments.length > 0 && (
        <ol className={styles.list} aria-live="polite" aria-relevant="additions">
          {comments.map((comment) => (
            <CommentItem key={comment.id} comment={comment} />
          ))}
        </ol>
      )}
      {list.hasNext && (
        <Button size="sm" busy={list.fetching} onClick={list.loadMore}>
          Show more comments
        </Button>
      )}
      {viewer.can('addComment') && <NewComment subjectId={subjectId} inputId={inputId} onAdded={refetch} />}
    </div>
  );
}

function NewComment({
  subjectId,
  inputId,
  onAdded,
}: {
  readonly subjectId: string;
  readonly inputId?: string | undefined;
  readonly onAdded: () => void;
}) {
  const [body, setBody] = useState('');
  const [errors, setErrors] = useState<readonly string[]>([]);
  const [{ fetching }, add] = useMutation(addCommentMutation);
  const send = async (event?: FormEvent): Promise<void> => {
    event?.preventDefault();
    if (body.trim() === '' || fetching) return;
    const result = await add({ input: { subjectId, body: body.trim() } });
    const found = refusals(result, result.data?.addComment.errors).map((one) => one.message);
    setErrors(found);
    if (found.length > 0) return;
    setBody('');
    onAdded();
  };
  return (
    <form className={styles.form} onSubmit={(event) => void send(event)}>
      <Field label="Comment" hideLabel errors={errors}>
        {(control) => (
          <Textarea
            {...control}
            id={inputId ?? control.id}
            aria-label="Comment"
            rows={2}
            maxLength={MAX_COMMENT_CHARS}
            placeholder="Write a comment"
            value={body}
            onChange={(event) => setBody(event.target.value)}
            onKeyDown={sendOnModEnter(() => void send())}
          />
        )}
      </Field>
      <Button type="submit" size="sm" busy={fetching} disabled={body.trim() === ''}>
        Comment
      </Button>
    </form>
  );
}
