/** @file The draft on the page: its text, kept over a reload, and everything that is wrong with it. */
import { forkRefusals, MODEL_PLACEHOLDER, type RunConfig } from '@nabla/domain';
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { Refusal } from '../../graphql/errors.ts';
import { type Draft, type DraftError, onePerPath, readDraft, withError } from './draft.ts';
import type { FormApi } from './FormContext.tsx';
import type { ForkParent } from './ForkPart.tsx';
import { withForkStep } from './forkText.ts';
import { dropDraft, freshKey, keepDraft, type KeptDraft, readKeptDraft } from './keptDraft.ts';
import { plainMessage } from './plainMessage.ts';

/** The checkpoint that a fork begins with. */
export interface ForkPoint {
  readonly parent: ForkParent;
  readonly step: number;
}

export interface RunDraft {
  readonly kept: KeptDraft;
  /** A draft that differs from the one to begin with was found. */
  readonly restored: boolean;
  readonly draft: Draft;
  /** What is written, shorthand spelled out: the last that could be read. */
  readonly value: unknown;
  /** Undefined while the text is not valid by itself. */
  readonly config: RunConfig | undefined;
  readonly change: (patch: Partial<KeptDraft>) => void;
  /** Begins anew with this text. */
  readonly restart: (text: string) => void;
  readonly report: FormApi['report'];
  /** What the API refused that has no field in the configuration. */
  readonly elsewhere: ReadonlyArray<Refusal>;
  readonly setProblems: (problems: ReadonlyArray<Refusal>) => void;
  /** The run is made: nothing is kept any more. */
  readonly drop: () => void;
}

/** @param start the text to begin with, when no draft was kept under `storageKey`. */
export function useRunDraft({
  start,
  storageKey,
  tags,
  fork,
}: {
  readonly start: string;
  readonly storageKey: string;
  readonly tags: string;
  readonly fork: ForkPoint | null;
}): RunDraft {
  const [kept, setKept] = useState<KeptDraft>(() => {
    const found = readKeptDraft(storageKey);
    return found === null
      ? { text: start, tags, note: '', workerId: '', idempotencyKey: freshKey() }
      : { ...found, text: atStep(found.text, fork) };
  });
  const [restored, setRestored] = useState(kept.text !== start);
  const [reported, setReported] = useState<ReadonlyArray<DraftError>>([]);
  const [problems, setProblems] = useState<ReadonlyArray<Refusal>>([]);
  const [dropped, setDropped] = useState(false);
  // Another draft is another run: it gets a key of its own, so that a changed form is not answered with the earlier run.
  const change = (patch: Partial<KeptDraft>): void => {
    setProblems([]);
    setKept((present) => ({ ...present, ...patch, idempotencyKey: freshKey() }));
  };
  useEffect(() => {
    if (!dropped) keepDraft(storageKey, kept);
  }, [storageKey, kept, dropped]);
  useEffect(() => {
    setKept((present) => {
      const text = atStep(present.text, fork);
      return text === present.text ? present : { ...present, text, idempotencyKey: freshKey() };
    });
  }, [fork]);

  const read = useMemo(() => readDraft(kept.text), [kept.text]);
  // While the YAML cannot be read the form goes on showing what it said last.
  const [lastValue, setLastValue] = useState<unknown>(read.value);
  if (read.editable && read.value !== lastValue) setLastValue(read.value);
  const local = useMemo(() => (read.editable ? read : { ...read, value: lastValue }), [read, lastValue]);
  const draft = useMemo(
    () => ({
      ...local,
      errors: onePerPath([
        ...local.errors,
        ...placeholders(local.config),
        ...unfit(local.config, fork),
        ...reported,
        ...refused(problems),
      ]),
    }),
    [local, problems, fork, reported],
  );
  // The same function for ever: fields report in an effect.
  const report = useCallback<FormApi['report']>((path, message) => {
    setReported((present) => withError(present, path, message));
  }, []);
  return {
    kept,
    restored,
    draft,
    value: local.value,
    config: local.config,
    change,
    restart: (text) => {
      change({ text });
      setRestored(false);
    },
    report,
    elsewhere: problems.filter((one) => one.path[0] !== 'config'),
    setProblems,
    drop: () => {
      setDropped(true);
      dropDraft(storageKey);
    },
  };
}

/** A draft kept while another step was chosen is told by the step of now. */
function atStep(text: string, fork: ForkPoint | null): string {
  return fork === null ? text : withForkStep(text, fork.parent.name, fork.step);
}

/** What a preset leaves open stands as an error where it is to be filled in. */
function placeholders(config: RunConfig | undefined): DraftError[] {
  if (config?.model.kind !== 'hugging_face' || config.model.source !== MODEL_PLACEHOLDER) return [];
  const message = 'Give the directory of a model on the worker, or a name on the hub';
  return [placeless(['model', 'source'], message)];
}

/** Settings that do not fit the weights of the checkpoint. */
function unfit(config: RunConfig | undefined, fork: ForkPoint | null): DraftError[] {
  if (config === undefined || fork === null || fork.parent.config === null) return [];
  return forkRefusals(fork.parent.config, config).map(({ path, message }) => placeless(path, message));
}

/** What the API refused stands at its field like what this page finds itself. */
function refused(problems: ReadonlyArray<Refusal>): DraftError[] {
  return problems
    .filter(({ path }) => path[0] === 'config')
    .map(({ path, message }) => placeless(path.slice(1), plainMessage(message)));
}

function placeless(path: DraftError['path'], message: string): DraftError {
  return { path, message, line: undefined, column: undefined };
}
