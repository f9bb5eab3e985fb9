'use client';
import { useEffect, useState } from 'react';
import { useConnectionState } from '../../graphql/GraphqlProvider.tsx';
import { Button } from '../../ui/Button.tsx';
import styles from './ConnectionBar.module.css';

/** Shorter gaps are not worth a word: a reconnect usually takes less. */
const GRACE_MS = 1500;

/** Says when live updates have stopped, since when, and when they are back. */
export function ConnectionBar() {
  const { status, since, outage } = useConnectionState();
  const [shown, setShown] = useState<'none' | 'lost' | 'back'>('none');
  useEffect(() => {
    if (status === 'lost' || status === 'ended') {
      const timer = setTimeout(() => setShown('lost'), Math.max(0, GRACE_MS - (Date.now() - since)));
      return () => clearTimeout(timer);
    }
    if (status === 'live') setShown((present) => (present === 'lost' ? 'back' : present));
    return undefined;
  }, [status, since]);
  useEffect(() => {
    if (shown !== 'back') return undefined;
    const timer = setTimeout(() => setShown('none'), 3000);
    return () => clearTimeout(timer);
  }, [shown]);

  return (
    <div
      role="status"
      className={shown === 'none' ? undefined : shown === 'back' ? styles.back : styles.lost}
    >
      {shown === 'back' && 'Connection is back. Everything on this page is up to date.'}
      {shown === 'lost' && status === 'ended' && (
        <>
          The live connection was refused.
          <Button size="sm" onClick={() => window.location.reload()}>
            Load again
          </Button>
        </>
      )}
      {shown === 'lost' && status !== 'ended' && (
        <span>
          {outage ?? 'Connection lost.'} Since {new Date(since).toLocaleTimeString('en', { hour12: false })}{' '}
          what you see may be out of date; trying again by itself.
        </span>
      )}
    </div>
  );
}
