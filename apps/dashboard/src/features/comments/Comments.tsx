'use client';
/** @file What people say about a run or a completion, live. */
import { type FormEvent, type KeyboardEvent, useState } from 'react';
import { useMutation, useSubscription } from 'urql';
import { describeError, refusals } from '../../graphql/errors.ts';
import type { comments_commentFragment } from '../../graphql/generated/graphql.ts';
import { graphql, readFragment } from '../../graphql/generated/index.ts';
import { useViewer } from '../../graphql/session.tsx';
import { useConnection } from '../../graphql/useConnection.ts';
import { Button } from '../../ui/Button.tsx';
import { Field, Textarea } from '../../ui/Field.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { useToast } from '../../ui/Toast.tsx';
import styles from './Comments.module.css';

export const commentsCommentFragment = graphql(`
  fragment comments_comment on Comment {
    id
    body
    createdAt
    editedAt
    deleted
    author {
      id
      name
    }
  }
`);

const commentsQuery = graphql(`
  query Comments($subjectId: ID!, $after: String) {
    node(id: $subjectId) {
      __typename
      id
      ... on Run {
        comments(first: 100, after: $after) {
          nodes {
            ...comments_comment
          }
          pageInfo {
            hasNextPage
            endCursor
          }
          totalCount
        }
      }
      ... on Completion {
        commentCount
        comments(first: 100, after: $after) {
          nodes {
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

const editCommentMutation = graphql(`
  mutation EditComment($id: ID!, $body: String!) {
    editComment(id: $id, body: $body) {
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

const deleteCommentMutation = graphql(`
  mutation DeleteComment($id: ID!) {
    deleteComment(id: $id) {
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

const MAX_CHARS = 10_000;

/** @param inputId id of the text field, for whoever wants to put the focus there. */
export function Comments({
  subjectId,
  inputId,
  compact = false,
}: {
  readonly subjectId: string;
  readonly inputId?: string;
  readonly compact?: boolean;
}) {
  const viewer = useViewer();
  const list = useConnection(
    commentsQuery,
    (after) => ({ subjectId, after }),
    subjectId,
    (data) => (data.node && 'comments' in data.node ? data.node.comments : null),
  );
  const { refetch } = list;
  useSubscription({ query: commentsAddedSubscription, variables: { subjectId } }, (_, added) => {
    refetch();
    return added;
  });
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
            maxLength={MAX_CHARS}
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

function CommentItem({ comment }: { readonly comment: comments_commentFragment }) {
  const viewer = useViewer();
  const toast = useToast();
  const [draft, setDraft] = useState<string | null>(null);
  const [editing, edit] = useMutation(editCommentMutation);
  const [deleting, remove] = useMutation(deleteCommentMutation);
  const own = comment.author.id === viewer.user.id && !comment.deleted;

  const save = async (): Promise<void> => {
    if (draft === null || draft.trim() === '') return;
    const result = await edit({ id: comment.id, body: draft.trim() });
    const [problem] = refusals(result, result.data?.editComment.errors);
    if (problem) toast.fail(problem.message);
    else setDraft(null);
  };
  const takeBack = async (): Promise<void> => {
    const result = await remove({ id: comment.id });
    const [problem] = refusals(result, result.data?.deleteComment.errors);
    if (problem) toast.fail(problem.message);
  };

  return (
    <li className={styles.item}>
      <div className={styles.by}>
        <span className={styles.author}>{comment.author.name}</span>
        <RelativeTime at={comment.createdAt} />
        {comment.editedAt && !comment.deleted && <span>edited</span>}
        {own && draft === null && (
          <span className={styles.own}>
            <Button size="sm" variant="ghost" onClick={() => setDraft(comment.body)}>
              Edit
            </Button>
            <Button size="sm" variant="ghost" busy={deleting.fetching} onClick={() => void takeBack()}>
              Delete
            </Button>
          </span>
        )}
      </div>
      {comment.deleted ? (
        <p className={styles.gone}>This comment was deleted.</p>
      ) : draft === null ? (
        <p className={styles.body}>{comment.body}</p>
      ) : (
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <Textarea
            aria-label="Edit comment"
            rows={3}
            maxLength={MAX_CHARS}
            value={draft}
            autoFocus
            onChange={(event) => setDraft(event.target.value)}
            onKeyDown={sendOnModEnter(() => void save())}
          />
          <span className={styles.buttons}>
            <Button
              type="submit"
              size="sm"
              variant="primary"
              busy={editing.fetching}
              disabled={draft.trim() === ''}
            >
              Save
            </Button>
            <Button size="sm" variant="ghost" onClick={() => setDraft(null)}>
              Cancel
            </Button>
          </span>
        </form>
      )}
    </li>
  );
}

/** Ctrl+Enter (Command on a Mac) sends; Enter alone makes a new line. */
function sendOnModEnter(send: () => void) {
  return (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    send();
  };
}
