import { Download, GitFork } from 'lucide-react';
import type { ReactNode } from 'react';
import { ButtonLink } from '../../ui/Button.tsx';
import { CopyButton } from '../../ui/CopyButton.tsx';
import { formatBytes } from '../../ui/format.ts';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { Td } from '../../ui/Table.tsx';
import { formatMetric } from '../charts/formatMetric.ts';
import styles from './checkpoints.module.css';

export interface CheckpointFigure {
  /** The metric. */
  readonly name: string;
  readonly title: string;
  readonly value: number | null;
  /** The step it was measured at, where that is before the checkpoint: a figure of other weights. */
  readonly measuredAt: number | null;
}

/** One saved state; where the page is narrow, a card. */
export function CheckpointRow({
  checkpoint: { step, bytes, createdAt, sha256, deletedAt },
  forkPath,
  figures,
  best,
  goesNext,
}: {
  readonly checkpoint: {
    readonly step: number;
    readonly bytes: number;
    readonly createdAt: string;
    readonly sha256: string;
    readonly deletedAt: string | null | undefined;
  };
  /** Null for whoever may not fork. */
  readonly forkPath: string | null;
  readonly figures: readonly CheckpointFigure[];
  /** The best of those that are there, by this figure; beside the step when none of them is shown. */
  readonly best: { readonly of: string | null; readonly badge: ReactNode } | null;
  /** The run's retention lets it go with its next checkpoint. */
  readonly goesNext: boolean;
}) {
  const removed = Boolean(deletedAt);
  return (
    <tr>
      <Td numeric className={styles.step} data-label="Step">
        {step.toLocaleString('en')} {best?.of === null && best.badge}
      </Td>
      {forkPath !== null && (
        <Td className={styles.fork}>
          {!removed && (
            <ButtonLink
              size="sm"
              href={forkPath}
              prefetch={false}
              aria-label={`Fork from here, step ${step}`}
              icon={<GitFork size={13} aria-hidden />}
            >
              Fork
            </ButtonLink>
          )}
        </Td>
      )}
      {figures.map(({ name, title, value, measuredAt }) => (
        <Td key={name} numeric data-label={title}>
          {best?.of === name && best.badge} {formatMetric(name, value)}
          {measuredAt !== null && (
            <span
              className={styles.measuredAt}
              title="The last evaluation before this checkpoint: a figure of other weights"
            >
              {' '}
              at step {measuredAt.toLocaleString('en')}
            </span>
          )}
        </Td>
      ))}
      <Td numeric muted data-label="Size">
        {formatBytes(bytes)}
      </Td>
      <Td muted className={styles.written} data-label="Written">
        <RelativeTime at={createdAt} />
      </Td>
      <Td muted data-label="SHA-256">
        <span className={styles.hash}>
          <code title={sha256}>{sha256.slice(0, 12)}</code>
          <CopyButton text={sha256} label={`Copy the SHA-256 of step ${step}`} iconOnly />
        </span>
      </Td>
      <Td muted={removed}>
        {removed ? (
          <span title="The run’s retention let it go; the last of a run always stays">removed</span>
        ) : (
          <a
            className={styles.download}
            href={`/artifacts/${sha256}`}
            download={`step-${step}.ckpt`}
            title={goesNext ? 'Goes with the next checkpoint' : undefined}
          >
            <Download size={13} aria-hidden />
            <span>
              Download<span className="visually-hidden"> the checkpoint of step {step}</span>
            </span>
          </a>
        )}
      </Td>
    </tr>
  );
}
