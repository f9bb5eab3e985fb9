'use client';
import { type FormEvent, useEffect, useState } from 'react';
import { type Client, Provider, useMutation, useQuery } from 'urql';
import { createPlainClient } from '../../graphql/client.ts';
import { describeError, refusals } from '../../graphql/errors.ts';
import type { LinkInfoQuery } from '../../graphql/generated/graphql.ts';
import { graphql } from '../../graphql/generated/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Field, Input } from '../../ui/Field.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { Callout, ErrorState } from '../../ui/states.tsx';
import { roleMeaning, roleWord } from '../shell/roleWord.ts';
import styles from './SignInPage.module.css';

const linkInfoQuery = graphql(`
  query LinkInfo($token: String!) {
    linkInfo(token: $token) {
      kind
      valid
      role
      workspaceName
      invitedBy
      reason
    }
  }
`);

const signInMutation = graphql(`
  mutation SignIn($token: String!, $name: String) {
    signInWithLink(token: $token, name: $name) {
      viewer {
        role
        user {
          id
          name
        }
      }
      errors {
        code
        message
        path
      }
    }
  }
`);

/** Signing in is by link only: there are no passwords. The link is used up by the button, not by opening it. */
export function SignInPage({
  token,
  next,
  signedOut,
}: {
  readonly token: string | null;
  readonly next: string | null;
  readonly signedOut: boolean;
}) {
  const [client, setClient] = useState<Client | null>(null);
  useEffect(() => setClient(createPlainClient()), []);
  return (
    <main className={styles.page}>
      <div className={styles.column}>
        <div className={styles.brand}>
          <span className={styles.mark} aria-hidden>
            ∇
          </span>{' '}
          Nabla
        </div>
        {token === null ? (
          <WithoutLink next={next} signedOut={signedOut} />
        ) : client === null ? (
          <Placeholder />
        ) : (
          <Provider value={client}>
            <WithLink token={token} next={next} />
          </Provider>
        )}
      </div>
    </main>
  );
}

function Placeholder() {
  return (
    <div role="status" className={styles.panel}>
      <span className="visually-hidden">Looking at the link</span>
      <Skeleton width="60%" height="1.25rem" />
      <Skeleton width="90%" />
      <Skeleton width="100%" height="2rem" />
    </div>
  );
}

function WithoutLink({ next, signedOut }: { readonly next: string | null; readonly signedOut: boolean }) {
  return (
    <div className={styles.panel}>
      <h1 className={styles.title}>{signedOut ? 'You are signed out' : 'Sign in with a link'}</h1>
      {next !== null && <p>After signing in, open {next} again.</p>}
      <p>Nabla has no passwords. One opens it with a link that works once:</p>
      <ul className={styles.list}>
        <li>
          <strong>You run Nabla yourself?</strong> <FreshLink />
        </li>
        <li>
          <strong>Signed in on another device?</strong> There, Settings → Profile → “Sign-in link for another
          device”.
        </li>
        <li>
          <strong>New here?</strong> Ask an owner of the workspace for an invitation (Settings → Members).
        </li>
      </ul>
    </div>
  );
}

function WithLink({ token, next }: { readonly token: string; readonly next: string | null }) {
  const [{ data, error, fetching }, retry] = useQuery({ query: linkInfoQuery, variables: { token } });
  if (fetching && !data) return <Placeholder />;
  if (error && !data)
    return (
      <ErrorState
        heading="h1"
        title="The link could not be looked at"
        message={describeError(error)}
        onRetry={() => retry({ requestPolicy: 'network-only' })}
      />
    );
  if (!data) return <Placeholder />;
  if (!data.linkInfo.valid) return <SpentLink info={data.linkInfo} />;
  return <UseLink token={token} next={next} info={data.linkInfo} />;
}

/** The way in that is always open to whoever can read the data folder. */
function FreshLink() {
  return (
    <>
      A fresh link for the owner is written to the file <code>sign-in-link</code> in the data folder (
      <code>.nabla</code> by default) at every start of Nabla.
    </>
  );
}

type Info = LinkInfoQuery['linkInfo'];

function SpentLink({ info }: { readonly info: Info }) {
  return (
    <div className={styles.panel}>
      <h1 className={styles.title}>This link no longer works</h1>
      <p>{info.reason ?? 'It was used before, has expired, or was never given out.'}</p>
      <p>
        {info.kind === 'INVITE'
          ? 'Ask whoever invited you for a new one.'
          : 'Every link works once. If you are signed in on another device, make a new one there under Settings → Profile.'}
      </p>
      {info.kind !== 'INVITE' && (
        <p>
          <FreshLink />
        </p>
      )}
      <p>
        Already signed in? <a href="/projects">Open Nabla</a>
      </p>
    </div>
  );
}

function UseLink({
  token,
  next,
  info,
}: {
  readonly token: string;
  readonly next: string | null;
  readonly info: Info;
}) {
  const [{ fetching }, signIn] = useMutation(signInMutation);
  const [name, setName] = useState('');
  const [problems, setProblems] = useState<ReadonlyArray<{ message: string; path: ReadonlyArray<string> }>>(
    [],
  );
  const [leaving, setLeaving] = useState(false);
  const invited = info.kind === 'INVITE';

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (invited && name.trim() === '') {
      setProblems([
        { message: 'Your name is what colleagues see beside your verdicts and comments.', path: ['name'] },
      ]);
      return;
    }
    const result = await signIn({ token, name: invited ? name.trim() : null });
    const found = refusals(result, result.data?.signInWithLink.errors);
    setProblems(found);
    if (found.length > 0) return;
    setLeaving(true);
    window.location.assign(isLocalPath(next) ? next : '/projects');
  };
  const nameErrors = problems
    .filter((problem) => problem.path.at(-1) === 'name')
    .map((problem) => problem.message);
  const otherErrors = problems.filter((problem) => problem.path.at(-1) !== 'name');

  return (
    <form className={styles.panel} onSubmit={(event) => void submit(event)} noValidate>
      <h1 className={styles.title}>
        {invited
          ? `Join ${info.workspaceName ?? 'the workspace'}`
          : `Sign in to ${info.workspaceName ?? 'Nabla'}`}
      </h1>
      {invited && info.role && (
        <p>
          {info.invitedBy ? `${info.invitedBy} invites you` : 'You are invited'} as{' '}
          <strong>{roleWord(info.role).toLowerCase()}</strong>. {roleMeaning(info.role)}.
        </p>
      )}
      {!invited && <p>This link works once and then keeps this browser signed in for 30 days.</p>}
      {invited && (
        <Field label="Your name" errors={nameErrors}>
          {(control) => (
            <Input
              {...control}
              value={name}
              onChange={(event) => setName(event.target.value)}
              autoComplete="name"
              autoFocus
              maxLength={120}
            />
          )}
        </Field>
      )}
      {otherErrors.map((problem) => (
        <Callout key={problem.message} tone="bad">
          {problem.message}
        </Callout>
      ))}
      <Button type="submit" variant="primary" busy={fetching || leaving} className={styles.submit}>
        {invited ? 'Join' : 'Sign in'}
      </Button>
    </form>
  );
}

/** Only addresses of this site: a link must not send people elsewhere after signing in. */
function isLocalPath(path: string | null): path is string {
  return path !== null && /^\/(?![/\\])/.test(path);
}
