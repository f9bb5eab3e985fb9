'use client';
import { forkRefusals, MODEL_PLACEHOLDER, PRESETS, type RunConfig } from '@nabla/domain';
import { ChevronDown, RotateCcw } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { type FormEvent, useCallback, useEffect, useMemo, useState } from 'react';
import { useMutation } from 'urql';
import { type Refusal, refusals } from '../../graphql/errors.ts';
import { graphql } from '../../graphql/generated/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Menu, MenuItem } from '../../ui/Menu.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Callout } from '../../ui/states.tsx';
import { ConfigForm } from './ConfigForm.tsx';
import {
  alignTokenizer,
  type DraftError,
  draftText,
  editDraft,
  onePerPath,
  readDraft,
  withError,
} from './draft.ts';
import { spellOut } from './estimator.ts';
import { type FormApi, FormProvider } from './FormContext.tsx';
import { type KeptDraft, dropDraft, freshKey, keepDraft, readKeptDraft } from './keptDraft.ts';
import { focusFirstError } from './focusFirstError.ts';
import { type ForkParent, ForkPart } from './ForkPart.tsx';
import { LaunchDetails } from './LaunchDetails.tsx';
import { LaunchSummary } from './LaunchSummary.tsx';
import { plainMessage } from './plainMessage.ts';
import styles from './RunEditor.module.css';
import { YamlEditor } from './YamlEditor.tsx';

const createRunMutation = graphql(`
  mutation CreateRun($input: CreateRunInput!) {
    createRun(input: $input) {
      run {
        id
        number
        name
      }
      errors {
        code
        message
        path
      }
    }
  }
`);

const forkRunMutation = graphql(`
  mutation ForkRun($input: ForkRunInput!) {
    forkRun(input: $input) {
      run {
        id
        number
        name
      }
      errors {
        code
        message
        path
      }
    }
  }
`);

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
  /** The checkpoint that the run is to begin with. */
  readonly fork: {
    readonly parent: ForkParent;
    readonly step: number;
    readonly instead: string | null;
  } | null;
  readonly onForkStep: (step: number) => void;
  readonly workers: ReadonlyArray<WorkerChoice>;
}) {
  const router = useRouter();
  const [creation, createRun] = useMutation(createRunMutation);
  const [forking, forkRun] = useMutation(forkRunMutation);
  const fetching = creation.fetching || forking.fetching;
  const fresh = (): KeptDraft => ({
    text: start,
    tags: clonedFrom?.tags.join(', ') ?? '',
    note: '',
    workerId: '',
    idempotencyKey: freshKey(),
  });
  const [restored, setRestored] = useState(() => {
    const kept = readKeptDraft(storageKey);
    return kept !== null && kept.text !== start;
  });
  const [kept, setKept] = useState<KeptDraft>(() => readKeptDraft(storageKey) ?? fresh());
  const [reported, setReported] = useState<ReadonlyArray<DraftError>>([]);
  const [problems, setProblems] = useState<ReadonlyArray<Refusal>>([]);
  const [launched, setLaunched] = useState(false);
  // Another draft is another run: it gets a key of its own, so that a changed form is not answered with the earlier run.
  const change = (patch: Partial<KeptDraft>): void => {
    setProblems([]);
    setKept((present) => ({ ...present, ...patch, idempotencyKey: freshKey() }));
  };
  useEffect(() => {
    if (!launched) keepDraft(storageKey, kept);
  }, [storageKey, kept, launched]);

  const read = useMemo(() => readDraft(kept.text), [kept.text]);
  // While the YAML cannot be read the form goes on showing what it said last.
  const [lastValue, setLastValue] = useState<unknown>(read.value);
  if (read.editable && read.value !== lastValue) setLastValue(read.value);
  const local = useMemo(() => (read.editable ? read : { ...read, value: lastValue }), [read, lastValue]);
  // What the API refused stands at its field like what this page finds itself.
  const draft = useMemo(() => {
    const refused = problems
      .filter((one) => one.path[0] === 'config')
      .map((one) => ({
        path: one.path.slice(1),
        message: plainMessage(one.message),
        line: undefined,
        column: undefined,
      }));
    const unfit =
      fork?.parent.config && local.config
        ? forkRefusals(fork.parent.config, local.config).map((one) => ({
            ...one,
            line: undefined,
            column: undefined,
          }))
        : [];
    return {
      ...local,
      errors: onePerPath([...local.errors, ...placeholders(local.config), ...unfit, ...reported, ...refused]),
    };
  }, [local, problems, fork, reported]);
  // The same function for ever: fields report in an effect.
  const report = useCallback<FormApi['report']>((path, message) => {
    setReported((present) => withError(present, path, message));
  }, []);
  const form: FormApi = {
    draft,
    set: (path, value) => {
      // A named estimator in the text would stand in for every setting that goes back to its default.
      const spelled = path[0] === 'policyGradient' ? spellOut(kept.text, draft.written) : kept.text;
      const text = editDraft(spelled, path, value);
      change({ text: path[0] === 'model' ? alignTokenizer(text, readDraft(text).value) : text });
    },
    edit: (edited) => change({ text: edited(kept.text) }),
    report,
    disabled: !draft.editable,
    projectId: project.id,
    slug: project.slug,
  };
  const restart = (text: string): void => {
    change({ text });
    setRestored(false);
  };

  const launch = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    if (draft.errors.length > 0) return focusFirstError(event.currentTarget);
    if (!local.config) return;
    const input = {
      config: local.value,
      tags: kept.tags
        .split(',')
        .map((tag) => tag.trim())
        .filter((tag) => tag !== ''),
      note: kept.note,
      idempotencyKey: kept.idempotencyKey,
      ...(kept.workerId === '' ? {} : { workerId: kept.workerId }),
    };
    const clone = clonedFrom ? { clonedFromId: clonedFrom.id } : {};
    const { found, run } = fork
      ? await forkRun({ input: { ...input, runId: fork.parent.id, step: fork.step } }).then((result) => ({
          found: refusals(result, result.data?.forkRun.errors),
          run: result.data?.forkRun.run,
        }))
      : await createRun({ input: { ...input, projectId: project.id, ...clone } }).then((result) => ({
          found: refusals(result, result.data?.createRun.errors),
          run: result.data?.createRun.run,
        }));
    setProblems(found);
    if (found.length > 0 || !run) return;
    setLaunched(true);
    dropDraft(storageKey);
    router.push(`/runs/${run.id}`);
  };
  const elsewhere = problems.filter((one) => one.path[0] !== 'config');

  return (
    <form className={styles.page} onSubmit={(event) => void launch(event)} noValidate aria-label="New run">
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
      {fork && <ForkPart {...fork} onStep={onForkStep} config={local.config} />}
      {restored && (
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
            {elsewhere.map((problem) => (
              <Callout key={problem.message} tone="bad">
                {problem.path.length > 0 && <code>{problem.path.join('.')} </code>}
                {problem.message}
              </Callout>
            ))}
            <Button
              type="submit"
              variant={draft.errors.length > 0 ? 'default' : 'primary'}
              busy={fetching || launched}
              className={styles.launch}
            >
              {draft.errors.length === 0
                ? 'Launch run'
                : `Show ${draft.errors.length} ${draft.errors.length === 1 ? 'error' : 'errors'}`}
            </Button>
            <YamlEditor text={kept.text} errors={draft.errors} onChange={(text) => change({ text })} />
          </div>
        </div>
      </div>
    </form>
  );
}

/** What a preset leaves open stands as an error where it is to be filled in. */
function placeholders(config: RunConfig | undefined): DraftError[] {
  if (config?.model.kind !== 'hugging_face' || config.model.source !== MODEL_PLACEHOLDER) return [];
  const message = 'Give the directory of a model on the worker, or a name on the hub';
  return [{ path: ['model', 'source'], message, line: undefined, column: undefined }];
}

function PresetMenu({ onChoose }: { readonly onChoose: (text: string) => void }) {
  return (
    <Menu
      trigger={
        <Button>
          Preset <ChevronDown size={14} aria-hidden />
        </Button>
      }
    >
      {PRESETS.map((preset) => (
        <MenuItem key={preset.name} onSelect={() => onChoose(draftText(preset.config))}>
          <span className={styles.preset}>
            <span className={styles.presetTitle}>{preset.title}</span>
            <span className={styles.presetText}>{preset.description}</span>
          </span>
        </MenuItem>
      ))}
    </Menu>
  );
}
