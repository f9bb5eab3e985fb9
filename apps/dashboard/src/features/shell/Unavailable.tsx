'use client';
import { useEffect } from 'react';
import { ErrorState } from '../../ui/states.tsx';
import styles from './Unavailable.module.css';

/** The API did not answer while the page was made. Looks every three seconds whether it is back, then loads the page again. */
export function Unavailable({ reason }: { readonly reason: string }) {
  useEffect(() => {
    const timer = setInterval(() => {
      fetch('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ viewer { role } }' }),
      })
        .then((response) => {
          if (response.status < 500) window.location.reload();
        })
        // Still away: the next tick asks again.
        .catch(() => undefined);
    }, 3000);
    return () => clearInterval(timer);
  }, []);
  return (
    <main className={styles.page}>
      <ErrorState
        heading="h1"
        title="The Nabla API does not answer"
        message={`The dashboard is up, but the API behind it is not (${reason}). This page looks again every few seconds and comes back by itself. Logs are in .nabla/logs.`}
        onRetry={() => window.location.reload()}
      />
    </main>
  );
}
