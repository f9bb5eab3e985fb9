'use client';
import { type KeyboardEvent, useState } from 'react';
import { useMutation } from 'urql';
import { refusals } from '../../graphql/errors.ts';
import type { comments_commentFragment } from '../../graphql/generated/graphql.ts';
import { graphql } from '../../graphql/generated/index.ts';
import { useViewer } from '../../graphql/session.tsx';
import { Button } from '../../ui/Button.tsx';
import { Textarea } from '../../ui/Field.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
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

export const MAX_COMMENT_CHARS = 10_000;

/** One comment; its author can edit it and take it back. */
export function CommentItem({ comment }: { readonly comment: comments_commentFragment }) {
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
            maxLength={MAX_COMMENT_CHARS}
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

/** Ctrl+Enter (Command on a Mac) sends; Enter alone makes a new line; Escape leaves the field, so that a page's keys work again. */
export function sendOnModEnter(send: () => void) {
  return (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.key === 'Escape') event.currentTarget.blur();
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    send();
  };
}
