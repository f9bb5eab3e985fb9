import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import type { ReactNode } from 'react';
import { AppShell } from '../../features/shell/AppShell.tsx';
import { Unavailable } from '../../features/shell/Unavailable.tsx';
import { PATH_HEADER } from '../../server/pathHeader.ts';
import { serverViewer } from '../../graphql/serverViewer.ts';

/** Everything for which one must be signed in. */
export default async function AppLayout({ children }: { children: ReactNode }) {
  const answer = await serverViewer();
  switch (answer.kind) {
    case 'anonymous': {
      const path = (await headers()).get(PATH_HEADER) ?? '/';
      redirect(
        path === '/' || path === '/projects' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(path)}`,
      );
    }
    case 'unavailable':
      return <Unavailable reason={answer.reason} />;
    case 'signed-in':
      return <AppShell viewer={answer.viewer}>{children}</AppShell>;
  }
}
