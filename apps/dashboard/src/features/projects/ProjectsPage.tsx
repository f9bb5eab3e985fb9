'use client';
import { FolderPlus } from 'lucide-react';
import Link from 'next/link';
import { useState } from 'react';
import { describeError } from '../../graphql/errors.ts';
import type { project_rowFragment } from '../../graphql/generated/graphql.ts';
import { graphql, readFragment } from '../../graphql/generated/index.ts';
import { useViewer } from '../../graphql/session.tsx';
import { useConnection } from '../../graphql/useConnection.ts';
import { Button } from '../../ui/Button.tsx';
import { formatCount } from '../../ui/format.ts';
import { Page, PageHeader } from '../../ui/PageHeader.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { useUrlState } from '../../ui/useUrlState.ts';
import { Crumbs } from '../shell/Crumbs.tsx';
import { NewProjectDialog } from './NewProjectDialog.tsx';
import styles from './ProjectsPage.module.css';

export const projectRowFragment = graphql(`
  fragment project_row on Project {
    id
    name
    slug
    description
    runCount
    activeRunCount
    promptSetCount
    lastActivityAt
  }
`);

const projectsQuery = graphql(`
  query Projects($after: String) {
    projects(first: 50, after: $after) {
      nodes {
        id
        ...project_row
      }
      pageInfo {
        hasNextPage
        endCursor
      }
      totalCount
    }
  }
`);

/** All projects of the workspace, the most recently active first. */
export function ProjectsPage() {
  const viewer = useViewer();
  const url = useUrlState();
  const list = useConnection(
    projectsQuery,
    (after) => ({ after }),
    'projects',
    (data) => data.projects,
  );
  const [creating, setCreating] = useState(url.get('new') !== null);
  const create = viewer.can('createProject') ? (
    <Button variant="primary" icon={<FolderPlus size={14} aria-hidden />} onClick={() => setCreating(true)}>
      New project
    </Button>
  ) : undefined;

  return (
    <Page>
      <Crumbs items={[{ label: 'Projects' }]} />
      <PageHeader title="Projects" actions={list.nodes.length > 0 ? create : undefined} />
      {list.error && list.nodes.length === 0 && (
        <ErrorState message={describeError(list.error)} onRetry={list.refetch} />
      )}
      {list.loading && <SkeletonRows rows={4} height="4rem" label="Loading projects" />}
      {!list.loading && !list.error && list.nodes.length === 0 && (
        <EmptyState title="No project yet" action={create}>
          A project holds runs that belong together, and the prompt sets they train on.
          {create === undefined && ' A researcher or owner of the workspace can make one.'}
        </EmptyState>
      )}
      {list.nodes.length > 0 && (
        <ul className={styles.list}>
          {list.nodes.map((node) => (
            <ProjectRow key={node.id} project={readFragment(projectRowFragment, node)} />
          ))}
        </ul>
      )}
      {list.hasNext && (
        <Button busy={list.fetching} onClick={list.loadMore}>
          Show more
        </Button>
      )}
      <NewProjectDialog open={creating} onOpenChange={setCreating} />
    </Page>
  );
}

function ProjectRow({ project }: { readonly project: project_rowFragment }) {
  return (
    <li className={styles.row}>
      <div className={styles.main}>
        <Link href={`/p/${project.slug}`} className={styles.name}>
          {project.name}
        </Link>
        {project.description !== '' && <p className={styles.description}>{project.description}</p>}
      </div>
      <dl className={styles.figures}>
        <div>
          <dt>Runs</dt>
          <dd>{formatCount(project.runCount)}</dd>
        </div>
        <div>
          <dt>Active</dt>
          <dd className={project.activeRunCount > 0 ? styles.active : undefined}>
            {formatCount(project.activeRunCount)}
          </dd>
        </div>
        <div>
          <dt>Prompt sets</dt>
          <dd>{formatCount(project.promptSetCount)}</dd>
        </div>
        <div className={styles.when}>
          <dt>Last activity</dt>
          <dd>
            <RelativeTime at={project.lastActivityAt} />
          </dd>
        </div>
      </dl>
    </li>
  );
}
