'use client';
import type { ReactNode } from 'react';
import { GraphqlProvider } from '../../graphql/GraphqlProvider.tsx';
import type { session_viewerFragment } from '../../graphql/generated/graphql.ts';
import { SessionProvider } from '../../graphql/session.tsx';
import { ToastProvider } from '../../ui/Toast.tsx';
import { TooltipProvider } from '../../ui/Tooltip.tsx';
import styles from './AppShell.module.css';
import { CommandPalette } from './CommandPalette.tsx';
import { ConnectionBar } from './ConnectionBar.tsx';
import { CrumbsProvider } from './Crumbs.tsx';
import { ShortcutsDialog } from './ShortcutsDialog.tsx';
import { Sidebar } from './Sidebar.tsx';
import { TopBar } from './TopBar.tsx';

/** The frame of every signed-in page. */
export function AppShell({
  viewer,
  children,
}: {
  readonly viewer: session_viewerFragment;
  readonly children: ReactNode;
}) {
  return (
    <GraphqlProvider fallback={<Frame />}>
      <SessionProvider initial={viewer}>
        <TooltipProvider>
          <ToastProvider>
            <CrumbsProvider>
              <a className={styles.skip} href="#content">
                Skip to content
              </a>
              <div className={styles.shell}>
                <aside className={styles.aside}>
                  <Sidebar />
                </aside>
                <div className={styles.column}>
                  <TopBar />
                  <ConnectionBar />
                  <main id="content" className={styles.main} tabIndex={-1}>
                    {children}
                  </main>
                </div>
              </div>
              <CommandPalette />
              <ShortcutsDialog />
            </CrumbsProvider>
          </ToastProvider>
        </TooltipProvider>
      </SessionProvider>
    </GraphqlProvider>
  );
}

/** What the server sends before the browser has its client: the same frame, empty, so that nothing moves. */
function Frame() {
  return (
    <div className={styles.shell}>
      <aside className={styles.aside} />
      <div className={styles.column}>
        <div className={styles.topPlace} />
        <main className={styles.main} aria-busy="true" />
      </div>
    </div>
  );
}
