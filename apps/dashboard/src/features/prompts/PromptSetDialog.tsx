'use client';
import { BOUNDS } from '@nabla/domain';
import { type FormEvent, useId, useState } from 'react';
import { useMutation } from 'urql';
import { type Refusal, refusals } from '../../graphql/errors.ts';
import { graphql } from '../../graphql/generated/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Field, Input } from '../../ui/Field.tsx';
import { Callout } from '../../ui/states.tsx';
import styles from './PromptSetDialog.module.css';
import { PromptUpload } from './PromptUpload.tsx';

const createMutation = graphql(`
  mutation CreatePromptSet($input: CreatePromptSetInput!) {
    createPromptSet(input: $input) {
      promptSet {
        id
        name
        latestVersion {
          id
          version
          promptCount
          answeredCount
        }
      }
      lineErrors {
        line
        message
      }
      errors {
        code
        message
        path
      }
    }
  }
`);
const addVersionMutation = graphql(`
  mutation AddPromptSetVersion($input: AddPromptSetVersionInput!) {
    addPromptSetVersion(input: $input) {
      promptSet {
        id
        latestVersion {
          id
          version
          promptCount
          answeredCount
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
      lineErrors {
        line
        message
      }
      errors {
        code
        message
        path
      }
    }
  }
`);

export interface StoredPrompts {
  readonly promptSetId: string;
  readonly versionId: string;
}

/** Uploads a new prompt set, or with `promptSet` a new version of one. */
export function PromptSetDialog({
  open,
  onOpenChange,
  projectId,
  promptSet,
  onStored,
}: {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly projectId: string;
  readonly promptSet?: { readonly id: string; readonly name: string };
  readonly onStored: (stored: StoredPrompts) => void;
}) {
  const formId = useId();
  const [creating, create] = useMutation(createMutation);
  const [adding, addVersion] = useMutation(addVersionMutation);
  const [name, setName] = useState('');
  const [named, setNamed] = useState(false);
  const [description, setDescription] = useState('');
  const [jsonl, setJsonl] = useState<string | null>(null);
  const [problems, setProblems] = useState<ReadonlyArray<Refusal>>([]);
  const errorsOf = (field: string): ReadonlyArray<string> =>
    problems.filter((one) => one.path.at(-1) === field).map((one) => one.message);
  const others = problems.filter((one) => !['name', 'description'].includes(one.path.at(-1) ?? ''));

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (jsonl === null) return;
    if (!promptSet && name.trim() === '') {
      setProblems([{ code: 'INVALID_INPUT', message: 'The set needs a name.', path: ['name'] }]);
      return;
    }
    const stored = promptSet ? await storeVersion(promptSet.id, jsonl) : await storeSet(jsonl);
    if (!stored) return;
    onOpenChange(false);
    setName('');
    setNamed(false);
    setDescription('');
    setProblems([]);
    onStored(stored);
  };
  const storeSet = async (text: string): Promise<StoredPrompts | null> => {
    const result = await create({
      input: { projectId, name: name.trim(), description: description.trim(), jsonl: text },
    });
    const payload = result.data?.createPromptSet;
    return taken(refusals(result, payload?.errors), payload?.lineErrors ?? [], payload?.promptSet);
  };
  const storeVersion = async (promptSetId: string, text: string): Promise<StoredPrompts | null> => {
    const result = await addVersion({ input: { promptSetId, jsonl: text } });
    const payload = result.data?.addPromptSetVersion;
    return taken(refusals(result, payload?.errors), payload?.lineErrors ?? [], payload?.promptSet);
  };
  const taken = (
    found: ReadonlyArray<Refusal>,
    lines: ReadonlyArray<{ line: number; message: string }>,
    set: { id: string; latestVersion: { id: string } } | null | undefined,
  ): StoredPrompts | null => {
    const all = [
      ...found,
      ...lines.map((one) => ({
        code: 'INVALID_INPUT',
        message: `Line ${one.line}: ${one.message}`,
        path: ['jsonl'],
      })),
    ];
    setProblems(all);
    return all.length === 0 && set ? { promptSetId: set.id, versionId: set.latestVersion.id } : null;
  };

  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      wide
      title={promptSet ? `New version of ${promptSet.name}` : 'New prompt set'}
      description={
        promptSet
          ? 'Earlier versions stay as they are; runs keep the version they were launched with.'
          : 'A named list of prompts of this project, versioned.'
      }
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button
            type="submit"
            form={formId}
            variant="primary"
            disabled={jsonl === null}
            busy={creating.fetching || adding.fetching}
          >
            {promptSet ? 'Store version' : 'Create prompt set'}
          </Button>
        </>
      }
    >
      <form
        id={formId}
        className={styles.form}
        onSubmit={(event) => {
          // The dialog may stand inside another form of React's tree (new run): its submit is not that one's.
          event.stopPropagation();
          void submit(event);
        }}
        noValidate
      >
        <PromptUpload
          onChange={(text, fileName) => {
            setJsonl(text);
            if (fileName !== null && !named) setName(fileName.replace(/\.[^.]+$/, ''));
          }}
        />
        {!promptSet && (
          <div className={styles.row}>
            <Field label="Name" errors={errorsOf('name')}>
              {(control) => (
                <Input
                  {...control}
                  value={name}
                  maxLength={BOUNDS.maxNameChars}
                  onChange={(event) => {
                    setNamed(true);
                    setName(event.target.value);
                  }}
                />
              )}
            </Field>
            <Field label="Description" optional errors={errorsOf('description')}>
              {(control) => (
                <Input
                  {...control}
                  value={description}
                  onChange={(event) => setDescription(event.target.value)}
                />
              )}
            </Field>
          </div>
        )}
        {others.map((problem) => (
          <Callout key={problem.message} tone="bad">
            {problem.message}
          </Callout>
        ))}
      </form>
    </Dialog>
  );
}
