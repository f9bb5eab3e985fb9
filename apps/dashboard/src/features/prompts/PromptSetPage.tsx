'use client';
import { Play, Upload } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useQuery } from 'urql';
import { describeError } from '../../graphql/errors.ts';
import { graphql } from '../../graphql/generated/index.ts';
import { useViewer } from '../../graphql/session.tsx';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { Field, Input, Select } from '../../ui/Field.tsx';
import { Page, PageHeader } from '../../ui/PageHeader.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { useUrlState } from '../../ui/useUrlState.ts';
import { Crumbs } from '../shell/Crumbs.tsx';
import { PromptList } from './PromptList.tsx';
import { PromptSetDialog } from './PromptSetDialog.tsx';
import styles from './PromptSetPage.module.css';

const promptSetQuery = graphql(`
  query PromptSet($id: ID!) {
    promptSet(id: $id) {
      id
      name
      description
      createdAt
      createdBy {
        id
        name
      }
      project {
        id
        name
        slug
      }
      latestVersion {
        id
      }
      versions {
        id
        version
        promptCount
        answeredCount
        sha256
        createdAt
        createdBy {
          id
          name
        }
      }
    }
  }
`);

/** One prompt set: its versions, and the prompts of the chosen one. */
export function PromptSetPage({ slug, id }: { readonly slug: string; readonly id: string }) {
  const viewer = useViewer();
  const url = useUrlState();
  const [uploading, setUploading] = useState(false);
  const [{ data, error }, retry] = useQuery({ query: promptSetQuery, variables: { id } });
  const set = data?.promptSet;

  if (error && !data)
    return (
      <ErrorState
        heading="h1"
        message={describeError(error)}
        onRetry={() => retry({ requestPolicy: 'network-only' })}
      />
    );
  if (data && !set)
    return (
      <EmptyState
        heading="h1"
        title="There is no such prompt set"
        action={<ButtonLink href={`/p/${slug}/prompts`}>To the prompt sets</ButtonLink>}
      >
        The address is mistyped, or it belongs to another workspace.
      </EmptyState>
    );
  if (!set) return <SkeletonRows rows={8} label="Loading the prompt set" />;

  const chosen = url.get('v');
  const versions = set.versions.toSorted((a, b) => b.version - a.version);
  const version =
    versions.find((one) => String(one.version) === chosen) ??
    versions.find((one) => one.id === set.latestVersion.id) ??
    versions[0];
  return (
    <Page>
      <Crumbs
        items={[
          { label: 'Projects', href: '/projects' },
          { label: set.project.name, href: `/p/${set.project.slug}` },
          { label: 'Prompt sets', href: `/p/${set.project.slug}/prompts` },
          { label: set.name },
        ]}
        project={set.project.slug}
      />
      <PageHeader
        title={set.name}
        meta={set.description || undefined}
        actions={
          <>
            {viewer.can('addPromptSetVersion') && (
              <Button icon={<Upload size={14} aria-hidden />} onClick={() => setUploading(true)}>
                New version
              </Button>
            )}
            {viewer.can('createRun') && version && (
              <ButtonLink
                href={`/p/${set.project.slug}/new?prompts=${encodeURIComponent(version.id)}`}
                variant="primary"
                icon={<Play size={14} aria-hidden />}
              >
                Use in a run
              </ButtonLink>
            )}
          </>
        }
      />
      {version && (
        <>
          <div className={styles.version}>
            <Field label="Version" hideLabel>
              {(control) => (
                <Select
                  {...control}
                  value={String(version.version)}
                  className={styles.select}
                  onChange={(event) =>
                    url.set({
                      v: event.target.value === String(versions[0]?.version) ? null : event.target.value,
                    })
                  }
                >
                  {versions.map((one) => (
                    <option key={one.id} value={String(one.version)}>
                      Version {one.version}
                      {one.id === set.latestVersion.id ? ' (latest)' : ''}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
            <span className={styles.facts}>
              {version.promptCount.toLocaleString('en')} prompts, {version.answeredCount.toLocaleString('en')}{' '}
              with an answer · uploaded <RelativeTime at={version.createdAt} />
              {version.createdBy && ` by ${version.createdBy.name}`} · sha256{' '}
              <code title={version.sha256}>{version.sha256.slice(0, 12)}</code>
            </span>
            <span className={styles.spacer} />
            <PromptSearch value={url.get('q') ?? ''} onChange={(q) => url.set({ q })} />
          </div>
          <PromptList key={version.id} versionId={version.id} search={url.get('q') ?? ''} />
        </>
      )}
      <PromptSetDialog
        open={uploading}
        onOpenChange={setUploading}
        projectId={set.project.id}
        promptSet={set}
        onStored={() => url.set({ v: null })}
      />
    </Page>
  );
}

function PromptSearch({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (text: string) => void;
}) {
  const [text, setText] = useState(value);
  const latest = useRef(onChange);
  latest.current = onChange;
  useEffect(() => {
    const timer = setTimeout(() => latest.current(text), 250);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <Input
      type="search"
      value={text}
      className={styles.search}
      placeholder="Search prompts and answers"
      aria-label="Search prompts and answers"
      onChange={(event) => setText(event.target.value)}
    />
  );
}
