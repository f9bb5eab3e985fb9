'use client';
/** @file What the worker said while it executed the run: the tail, live. */
import { useEffect, useMemo, useRef, useState } from 'react';
import { useClient, useQuery } from 'urql';
import { describeError } from '../../graphql/errors.ts';
import type { LogLevel } from '../../graphql/generated/graphql.ts';
import { graphql } from '../../graphql/generated/index.ts';
import { Button } from '../../ui/Button.tsx';
import { cx } from '../../ui/cx.ts';
import { Switch } from '../../ui/Field.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { SegmentedControl } from '../../ui/Tabs.tsx';
import { useToast } from '../../ui/Toast.tsx';
import { useUrlState } from '../../ui/useUrlState.ts';
import styles from './run.module.css';

const logsQuery = graphql(`
  query RunLogs($id: ID!, $last: Int!, $before: String) {
    run(id: $id) {
      id
      logs(last: $last, before: $before) {
        nodes {
          id
          time
          level
          message
          step
        }
        pageInfo {
          hasPreviousPage
          startCursor
        }
      }
    }
  }
`);

const LEVELS: readonly LogLevel[] = ['DEBUG', 'INFO', 'WARN', 'ERROR'];
const PAGE = 200;
const REFRESH_MS = 2000;

/** @param pulse changes whenever the run was updated; the tail is fetched again then. */
export function LogsTab({
  runId,
  live,
  pulse,
}: {
  readonly runId: string;
  readonly live: boolean;
  readonly pulse: string;
}) {
  const url = useUrlState();
  const client = useClient();
  const toast = useToast();
  const least = LEVELS.find((level) => level === url.get('level')) ?? 'INFO';
  const [follow, setFollow] = useState(true);
  const [known, setKnown] = useState<readonly LogLine[]>([]);
  const [earlier, setEarlier] = useState<{ readonly before: string | null; readonly more: boolean } | null>(
    null,
  );
  const [loadingEarlier, setLoadingEarlier] = useState(false);
  const [{ data, error }, execute] = useQuery({
    query: logsQuery,
    variables: { id: runId, last: PAGE },
    requestPolicy: 'cache-and-network',
  });
  const tail = data?.run?.logs;
  const box = useRef<HTMLDivElement>(null);
  const lines = useMemo(
    () => known.filter((line) => LEVELS.indexOf(line.level) >= LEVELS.indexOf(least)),
    [known, least],
  );

  useEffect(() => {
    if (!tail) return;
    setKnown((present) => joined(present, tail.nodes));
    setEarlier(
      (present) =>
        present ?? { before: tail.pageInfo.startCursor ?? null, more: tail.pageInfo.hasPreviousPage },
    );
  }, [tail]);
  useEffect(() => {
    if (!live) return undefined;
    const timer = setTimeout(() => execute({ requestPolicy: 'network-only' }), REFRESH_MS);
    return () => clearTimeout(timer);
  }, [live, pulse, execute]);
  useEffect(() => {
    if (follow && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines.length, follow]);

  const loadEarlier = async (): Promise<void> => {
    setLoadingEarlier(true);
    setFollow(false);
    const result = await client
      .query(logsQuery, { id: runId, last: PAGE, before: earlier?.before ?? null })
      .toPromise();
    setLoadingEarlier(false);
    const page = result.data?.run?.logs;
    if (!page) {
      toast.fail(result.error ? describeError(result.error) : 'The server gave no answer.');
      return;
    }
    setKnown((present) => joined(page.nodes, present));
    setEarlier({ before: page.pageInfo.startCursor ?? null, more: page.pageInfo.hasPreviousPage });
  };

  if (error && !data)
    return (
      <ErrorState message={describeError(error)} onRetry={() => execute({ requestPolicy: 'network-only' })} />
    );
  if (!data) return <SkeletonRows rows={10} label="Loading logs" />;
  return (
    <>
      <div className={styles.logTools}>
        <SegmentedControl<LogLevel>
          size="sm"
          label="Least level shown"
          value={least}
          onChange={(level) => url.set({ level: level === 'INFO' ? null : level })}
          options={LEVELS.map((level) => ({ value: level, label: level.toLowerCase() }))}
        />
        {live && (
          <Switch
            label="Follow the end"
            checked={follow}
            onChange={(event) => setFollow(event.target.checked)}
          />
        )}
        {earlier?.more && (
          <Button size="sm" busy={loadingEarlier} onClick={() => void loadEarlier()}>
            Show earlier lines
          </Button>
        )}
      </div>
      {lines.length === 0 ? (
        <EmptyState title="Nothing to read">
          {known.length > 0
            ? 'No line is of this level. Choose a lower one.'
            : 'The worker’s messages about this run appear here.'}
        </EmptyState>
      ) : (
        <div
          ref={box}
          className={styles.logs}
          role="log"
          aria-label="Log of the run"
          tabIndex={0}
          onWheel={(event) => event.deltaY < 0 && setFollow(false)}
        >
          {lines.map((line) => (
            <div key={line.id} className={cx(styles.logLine, styles[line.level.toLowerCase()])}>
              <time dateTime={line.time} title={new Date(line.time).toLocaleString('en')}>
                {new Date(line.time).toLocaleTimeString('en-GB')}
              </time>
              <span className={styles.level}>{line.level.toLowerCase()}</span>
              <span className={styles.logStep}>{line.step ?? ''}</span>
              <span className={styles.message}>{line.message}</span>
            </div>
          ))}
        </div>
      )}
    </>
  );
}

/** Lines that are not there yet come behind the others. */
function joined(first: readonly LogLine[], second: readonly LogLine[]): readonly LogLine[] {
  return [...new Map([...first, ...second].map((line) => [line.id, line])).values()];
}

interface LogLine {
  readonly id: string;
  readonly time: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly step?: number | null | undefined;
}
