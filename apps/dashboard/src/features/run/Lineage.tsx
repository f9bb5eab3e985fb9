import Link from 'next/link';
import type { run_headerFragment } from '../../graphql/generated/graphql.ts';

/** Where a run comes from and what came of it: its origin, and the forks of its checkpoints. */
export function Lineage({
  run: { id, clonedFrom, forkedFrom, forks, project },
}: {
  readonly run: Pick<run_headerFragment, 'id' | 'clonedFrom' | 'forkedFrom' | 'forks' | 'project'>;
}) {
  const further = forks.totalCount - forks.nodes.length;
  return (
    <>
      {clonedFrom && (
        <span>
          from{' '}
          <Link href={`/runs/${clonedFrom.id}`}>
            #{clonedFrom.number} {clonedFrom.name}
          </Link>
        </span>
      )}
      {forkedFrom && (
        <span>
          forked from{' '}
          <Link href={`/runs/${forkedFrom.run.id}`}>
            #{forkedFrom.run.number} {forkedFrom.run.name}
          </Link>{' '}
          at step {forkedFrom.step.toLocaleString('en')}
        </span>
      )}
      {forks.totalCount > 0 && (
        <span>
          {forks.totalCount === 1 ? 'fork' : 'forks'}:{' '}
          {forks.nodes.map((fork, index) => (
            <span key={fork.id}>
              {index > 0 && ', '}
              <Link href={`/runs/${fork.id}`} title={fork.name}>
                #{fork.number}
              </Link>
            </span>
          ))}
          {further > 0 && (
            <>
              {' '}
              and <Link href={`/p/${project.slug}?forks=${id}`}>{further.toLocaleString('en')} more</Link>
            </>
          )}
        </span>
      )}
    </>
  );
}
