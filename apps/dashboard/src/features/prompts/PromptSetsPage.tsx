'use client';
import { FilePlus } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useQuery } from 'urql';
import { describeError } from '../../graphql/errors.ts';
import { graphql } from '../../graphql/generated/index.ts';
import { useViewer } from '../../graphql/session.tsx';
import { useConnection } from '../../graphql/useConnection.ts';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { Page, PageHeader } from '../../ui/PageHeader.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { Table, TableScroll, Td, Th } from '../../ui/Table.tsx';
import { Crumbs } from '../shell/Crumbs.tsx';
import { PromptSetDialog } from './PromptSetDialog.tsx';
import styles from './PromptSetsPage.module.css';

const projectQuery = graphql(`
  query PromptSetsProject($slug: String!) {
    project(slug: $slug) {
      id
      name
      slug
    }
  }
`);
const promptSetsQuery = graphql(`
  query PromptSets($slug: String!, $after: String) {
    project(slug: $slug) {
      id
      promptSets(first: 50, after: $after) {
        nodes {
          id
          name
          description
          createdAt
          createdBy {
            id
            name
          }
          latestVersion {
            id
            version
            promptCount
            answeredCount
            createdAt
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
        totalCount
      }
    }
  }
`);

/** The prompt sets of a project. */
export function PromptSetsPage({ slug }: { readonly slug: string }) {
  const viewer = useViewer();
  const router = useRouter();
  const [creating, setCreating] = useState(false);
  const [{ data }] = useQuery({ query: projectQuery, variables: { slug } });
  const list = useConnection(
    promptSetsQuery,
    (after) => ({ slug, after }),
    slug,
    (answer) => answer.project?.promptSets,
  );
  const project = data?.project;
  if (data && !project)
    return (
      <EmptyState
        heading="h1"
        title={`There is no project “${slug}”`}
        action={<ButtonLink href="/projects">To the projects</ButtonLink>}
      />
    );
  const create = viewer.can('createPromptSet') ? (
    <Button
      variant="primary"
      icon={<FilePlus size={14} aria-hidden />}
      onClick={() => setCreating(true)}
      disabled={!project}
    >
      New prompt set
    </Button>
  ) : undefined;
  return (
    <Page>
      <Crumbs
        items={[
          { label: 'Projects', href: '/projects' },
          { label: project?.name ?? slug, href: `/p/${slug}` },
          { label: 'Prompt sets' },
        ]}
        project={slug}
      />
      <PageHeader
        title="Prompt sets"
        meta="Prompts of your own, with answers to check completions against. Every upload makes a version; runs keep theirs."
        actions={list.nodes.length > 0 ? create : undefined}
      />
      {list.error && list.nodes.length === 0 && (
        <ErrorState message={describeError(list.error)} onRetry={list.refetch} />
      )}
      {list.loading && <SkeletonRows rows={4} label="Loading prompt sets" />}
      {!list.loading && !list.error && list.nodes.length === 0 && (
        <EmptyState title="No prompt set yet" action={create}>
          Upload a JSONL file, one object with “prompt” and “answer” a line, and train on it.
          {create === undefined && ' A researcher of the workspace can upload one.'}
        </EmptyState>
      )}
      {list.nodes.length > 0 && (
        <TableScroll label="Prompt sets">
          <Table>
            <thead>
              <tr>
                <Th>Name</Th>
                <Th numeric>Version</Th>
                <Th numeric>Prompts</Th>
                <Th numeric>With answer</Th>
                <Th>By</Th>
                <Th numeric>Last upload</Th>
              </tr>
            </thead>
            <tbody>
              {list.nodes.map((set) => (
                <tr key={set.id}>
                  <Td>
                    <Link href={`/p/${slug}/prompts/${encodeURIComponent(set.id)}`} className={styles.name}>
                      {set.name}
                    </Link>
                    {set.description !== '' && <div className={styles.description}>{set.description}</div>}
                  </Td>
                  <Td numeric>{set.latestVersion.version}</Td>
                  <Td numeric>{set.latestVersion.promptCount.toLocaleString('en')}</Td>
                  <Td numeric>{set.latestVersion.answeredCount.toLocaleString('en')}</Td>
                  <Td>{set.createdBy?.name ?? '–'}</Td>
                  <Td numeric>
                    <RelativeTime at={set.latestVersion.createdAt} />
                  </Td>
                </tr>
              ))}
            </tbody>
          </Table>
        </TableScroll>
      )}
      {list.hasNext && (
        <Button busy={list.fetching} onClick={list.loadMore}>
          Show more
        </Button>
      )}
      {project && (
        <PromptSetDialog
          open={creating}
          onOpenChange={setCreating}
          projectId={project.id}
          onStored={({ promptSetId }) => router.push(`/p/${slug}/prompts/${encodeURIComponent(promptSetId)}`)}
        />
      )}
    </Page>
  );
}
