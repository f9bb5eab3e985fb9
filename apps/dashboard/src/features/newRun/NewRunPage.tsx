'use client';
import { PRESETS } from '@nabla/domain';
import { useMemo } from 'react';
import { useQuery } from 'urql';
import { describeError } from '../../graphql/errors.ts';
import { graphql } from '../../graphql/generated/index.ts';
import { useViewer } from '../../graphql/session.tsx';
import { ButtonLink } from '../../ui/Button.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { useUrlState } from '../../ui/useUrlState.ts';
import { Crumbs } from '../shell/Crumbs.tsx';
import { readConfig } from '../run/runRule.ts';
import { cloneText, draftText, editDraft } from './draft.ts';
import { forkBegin } from './forkStep.ts';
import { forkText } from './forkText.ts';
import { RunEditor } from './RunEditor.tsx';

const newRunQuery = graphql(`
  query NewRun($slug: String!, $cloneId: ID!, $isClone: Boolean!, $isFork: Boolean!) {
    project(slug: $slug) {
      id
      name
      slug
    }
    run(id: $cloneId) @include(if: $isClone) {
      id
      name
      number
      config
      tags
      checkpoints(first: 100) @include(if: $isFork) {
        nodes {
          id
          step
          deletedAt
        }
      }
    }
    workers(first: 50) {
      nodes {
        id
        name
        online
        device
        backend
      }
    }
  }
`);

/** A new run: from a preset (?preset=), a prompt set's version (?prompts=), another run (?clone=) or its checkpoint (?fork=&step=). */
export function NewRunPage({ slug }: { readonly slug: string }) {
  const viewer = useViewer();
  const url = useUrlState();
  const forkId = url.get('fork');
  const cloneId = forkId ?? url.get('clone');
  const [{ data, error }, retry] = useQuery({
    query: newRunQuery,
    variables: { slug, cloneId: cloneId ?? '', isClone: cloneId !== null, isFork: forkId !== null },
  });
  const asked = wholeNumber(url.get('step'));
  const parent = forkId === null ? null : (data?.run ?? null);
  const begin = useMemo(() => (parent === null ? null : forkBegin(stepsOf(parent), asked)), [parent, asked]);
  const step = begin?.step ?? null;
  const fork = useMemo(
    () =>
      parent === null || step === null
        ? null
        : { parent: { ...parent, config: readConfig(parent.config), steps: stepsOf(parent) }, step },
    [parent, step],
  );
  const crumbs = (
    <Crumbs
      items={[
        { label: 'Projects', href: '/projects' },
        { label: data?.project?.name ?? slug, href: `/p/${slug}` },
        { label: forkId === null ? 'New run' : 'New fork' },
      ]}
      project={slug}
    />
  );

  if (!viewer.can('createRun'))
    return (
      <EmptyState
        heading="h1"
        title="Your role may not launch runs"
        action={<ButtonLink href={`/p/${slug}`}>To the runs</ButtonLink>}
      >
        {crumbs}
        An owner of the workspace can make you a researcher.
      </EmptyState>
    );
  if (error && !data)
    return (
      <ErrorState
        heading="h1"
        message={describeError(error)}
        onRetry={() => retry({ requestPolicy: 'network-only' })}
      />
    );
  if (!data) return <SkeletonRows rows={10} label="Loading the form" />;
  if (!data.project)
    return (
      <EmptyState
        heading="h1"
        title={`There is no project “${slug}”`}
        action={<ButtonLink href="/projects">To the projects</ButtonLink>}
      />
    );
  if (cloneId !== null && !data.run)
    return (
      <EmptyState
        heading="h1"
        title={`The run to ${forkId === null ? 'clone' : 'fork'} does not exist`}
        action={<ButtonLink href={`/p/${slug}/new`}>Start from a preset</ButtonLink>}
      >
        {crumbs}
        It may belong to another workspace, or the address is mistyped.
      </EmptyState>
    );

  const instead = begin?.instead ?? null;
  const first = parent === null ? undefined : stepsOf(parent).at(-1);
  if (parent !== null && step === null)
    return (
      <EmptyState
        heading="h1"
        title={`#${parent.number} ${parent.name} has no checkpoint to fork${first === undefined ? '' : ' there'}`}
        action={
          first === undefined ? (
            <ButtonLink href={`/runs/${parent.id}?tab=checkpoints`}>To its checkpoints</ButtonLink>
          ) : (
            <ButtonLink href={`/p/${slug}/new?fork=${parent.id}&step=${first}`}>
              Begin after step {first.toLocaleString('en')}
            </ButtonLink>
          )
        }
      >
        {crumbs}
        {instead ?? 'A fork begins with the weights of a checkpoint.'}
        {first === undefined && ' While the run goes on, ask for one there.'}
      </EmptyState>
    );

  const preset = url.get('preset');
  const prompts = url.get('prompts');
  const start = data.run
    ? forkId === null
      ? cloneText(data.run.config, data.run.name)
      : forkText(data.run.config, data.run.name, step ?? 0)
    : startText(preset, prompts);
  const origin =
    forkId === null
      ? (cloneId ?? (prompts === null ? (preset ?? '') : `prompts:${prompts}`))
      : `fork:${forkId}`;
  return (
    <>
      {crumbs}
      <RunEditor
        key={origin}
        project={data.project}
        start={start}
        storageKey={`nabla:new-run:${slug}:${origin}`}
        clonedFrom={forkId === null ? (data.run ?? null) : null}
        fork={fork}
        instead={instead}
        onForkStep={(next) => url.set({ step: String(next) })}
        workers={data.workers.nodes}
      />
    </>
  );
}

/** Steps of the checkpoints that are there, latest first. */
function stepsOf({
  checkpoints,
}: {
  readonly checkpoints?: {
    readonly nodes: readonly { readonly step: number; readonly deletedAt: unknown }[];
  };
}): number[] {
  return (checkpoints?.nodes ?? []).filter((one) => !one.deletedAt).map((one) => one.step);
}

function startText(preset: string | null, promptsVersionId: string | null): string {
  const name = promptsVersionId === null ? preset : 'own_prompts';
  const chosen = PRESETS.find((one) => one.name === name) ?? PRESETS[0];
  const text = draftText(chosen?.config ?? {});
  return promptsVersionId === null ? text : editDraft(text, ['task', 'promptSetVersionId'], promptsVersionId);
}

function wholeNumber(text: string | null): number | null {
  return text !== null && /^\d{1,10}$/.test(text) ? Number(text) : null;
}
