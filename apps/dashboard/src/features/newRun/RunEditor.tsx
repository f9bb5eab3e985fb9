'use client';
import { RotateCcw } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { type FormEvent, useState } from 'react';
import { Button } from '../../ui/Button.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Callout } from '../../ui/states.tsx';
import { ConfigForm } from './ConfigForm.tsx';
import { alignTokenizer, editDraft, readDraft } from './draft.ts';
import { spellOut } from './estimator.ts';
import { focusFirstError } from './focusFirstError.ts';
import { ForkPart } from './ForkPart.tsx';
import { type FormApi, FormProvider } from './FormContext.tsx';
import { LaunchDetails } from './LaunchDetails.tsx';
import { LaunchSummary } from './LaunchSummary.tsx';
import { PresetMenu } from './PresetMenu.tsx';
import styles from './RunEditor.module.css';
import { useLaunch } from './useLaunch.ts';
import { type ForkPoint, useRunDraft } from './useRunDraft.ts';
import { YamlEditor } from './YamlEditor.tsx';

export interface WorkerChoice {
  readonly id: string;
  readonly name: string;
  readonly online: boolean;
  readonly device: string;
  readonly backend: string;
}

/**
 * The form and the YAML beside it: two views of one text.
 * @param start the text to begin with, when no draft was kept under `storageKey`.
 */
export function RunEditor({
  project,
  start,
  storageKey,
  clonedFrom,
  fork,
  instead,
  onForkStep,
  workers,
}: {
  readonly project: { readonly id: string; readonly slug: string; readonly name: string };
  readonly start: string;
  readonly storageKey: string;
  readonly clonedFrom: {
    readonly id: string;
    readonly name: string;
    readonly number: number;
    readonly tags: ReadonlyArray<string>;
  } | null;
  /** The checkpoint that the run is to begin with; the same object while it is the same. */
  readonly fork: ForkPoint | null;
  /** Says that another step was asked for. */
  readonly instead: string | null;
  readonly onForkStep: (step: number) => void;
  readonly workers: ReadonlyArray<WorkerChoice>;
}) {
  const router = useRouter();
  const launch = useLaunch();
  const [launched, setLaunched] = useState(false);
  const edited = useRunDraft({ start, storageKey, tags: clonedFrom?.tags.join(', ') ?? '', fork });
  const { kept, draft, change, restart } = edited;
  const form: FormApi = {
    draft,
    set: (path, value) => {
      // A named estimator in the text would stand in for every setting that goes back to its default.
      const spelled = path[0] === 'policyGradient' ? spellOut(kept.text, draft.written) : kept.text;
      const text = editDraft(spelled, path, value);
      change({ text: path[0] === 'model' ? alignTokenizer(text, readDraft(text).value) : text });
    },
    edit: (alter) => change({ text: alter(kept.text) }),
    report: edited.report,
    disabled: !draft.editable,
    projectId: project.id,
    slug: project.slug,
  };

  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    if (draft.errors.length > 0) return focusFirstError(event.currentTarget);
    if (!edited.config) return;
    const { problems, runId } = await launch.send(
      edited.value,
      kept,
      fork
        ? { kind: 'fork', runId: fork.parent.id, step: fork.step }
        : { kind: 'new', projectId: project.id, clonedFromId: clonedFrom?.id ?? null },
    );
    edited.setProblems(problems);
    if (runId === null) return;
    setLaunched(true);
    edited.drop();
    router.push(`/runs/${runId}`);
  };

  return (
    <form
      className={styles.page}
      onSubmit={(event) => void submit(event)}
      noValidate
      aria-label={fork ? 'New fork' : 'New run'}
    >
      <PageHeader
        title={fork ? 'New fork' : 'New run'}
        meta={
          clonedFrom ? (
            <>
              Clone of{' '}
              <Link href={`/runs/${clonedFrom.id}`}>{`#${clonedFrom.number} ${clonedFrom.name}`}</Link>
            </>
          ) : (
            `in ${project.name}`
          )
        }
        actions={!fork && <PresetMenu onChoose={restart} />}
      />
      {fork && <ForkPart {...fork} instead={instead} onStep={onForkStep} config={edited.config} />}
      {edited.restored && (
        <Callout title="Your draft was kept.">
          <Button size="sm" icon={<RotateCcw size={14} aria-hidden />} onClick={() => restart(start)}>
            Start afresh
          </Button>
        </Callout>
      )}
      <div className={styles.columns}>
        <div className={styles.fields}>
          {!draft.editable && (
            <Callout tone="warn" title="The YAML cannot be read">
              The form is locked until the YAML can be read; nothing is lost. What is wrong is listed below
              the YAML.
            </Callout>
          )}
          <FormProvider value={form}>
            <ConfigForm />
          </FormProvider>
          <LaunchDetails kept={kept} onChange={change} workers={workers} />
        </div>
        <div className={styles.side}>
          <div className={styles.sticky}>
            <LaunchSummary draft={draft} />
            {edited.elsewhere.map((problem) => (
              <Callout key={problem.message} tone="bad">
                {problem.path.length > 0 && <code>{problem.path.join('.')} </code>}
                {problem.message}
              </Callout>
            ))}
            <Button
              type="submit"
              variant={draft.errors.length > 0 ? 'default' : 'primary'}
              busy={launch.fetching || launched}
              className={styles.launch}
            >
              {draft.errors.length === 0
                ? fork
                  ? 'Launch fork'
                  : 'Launch run'
                : `Show ${draft.errors.length} ${draft.errors.length === 1 ? 'error' : 'errors'}`}
            </Button>
            <YamlEditor text={kept.text} errors={draft.errors} onChange={(text) => change({ text })} />
          </div>
        </div>
      </div>
    </form>
  );
}
