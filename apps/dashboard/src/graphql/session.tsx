'use client';
/** @file Who is signed in, for everything below the signed-in layout. */
import { type ReactNode, createContext, useContext, useMemo } from 'react';
import { useQuery } from 'urql';
import type { session_viewerFragment } from './generated/graphql.ts';
import { graphql, readFragment } from './generated/index.ts';

export const sessionViewerFragment = graphql(`
  fragment session_viewer on Viewer {
    role
    permissions
    user {
      id
      name
      email
    }
    workspace {
      id
      name
    }
  }
`);

const sessionQuery = graphql(`
  query Session {
    viewer {
      ...session_viewer
    }
  }
`);

export interface Session {
  readonly user: session_viewerFragment['user'];
  readonly role: session_viewerFragment['role'];
  readonly workspace: session_viewerFragment['workspace'];
  /** Whether the viewer may use the mutation of that name. */
  can(mutation: string): boolean;
}

const SessionContext = createContext<Session | null>(null);

/** @param initial what the server rendered the page with; the browser asks again and follows changes of name and role. */
export function SessionProvider({
  initial,
  children,
}: {
  initial: session_viewerFragment;
  children: ReactNode;
}) {
  const [{ data }] = useQuery({ query: sessionQuery });
  const viewer = readFragment(sessionViewerFragment, data?.viewer) ?? initial;
  const session = useMemo<Session>(() => {
    const permissions = new Set(viewer.permissions);
    return {
      user: viewer.user,
      role: viewer.role,
      workspace: viewer.workspace,
      can: (mutation) => permissions.has(mutation),
    };
  }, [viewer]);
  return <SessionContext value={session}>{children}</SessionContext>;
}

/** The person signed in. Throws outside the signed-in pages. */
export function useViewer(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useViewer: used outside SessionProvider');
  return session;
}
