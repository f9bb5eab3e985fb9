'use client';
import { BOUNDS } from '@nabla/domain';
import { useRouter } from 'next/navigation';
import { type FormEvent, useId, useState } from 'react';
import { useMutation } from 'urql';
import { type Refusal, refusals } from '../../graphql/errors.ts';
import { graphql } from '../../graphql/generated/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Field, Input, Textarea } from '../../ui/Field.tsx';
import { Callout } from '../../ui/states.tsx';
import styles from './NewProjectDialog.module.css';

const createProjectMutation = graphql(`
  mutation CreateProject($input: CreateProjectInput!) {
    createProject(input: $input) {
      project {
        id
        slug
      }
      errors {
        code
        message
        path
      }
    }
  }
`);

export function NewProjectDialog({
  open,
  onOpenChange,
}: {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}) {
  const router = useRouter();
  const formId = useId();
  const [{ fetching }, createProject] = useMutation(createProjectMutation);
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [problems, setProblems] = useState<ReadonlyArray<Refusal>>([]);
  const errorsOf = (field: string): ReadonlyArray<string> =>
    problems.filter((one) => one.path.at(-1) === field).map((one) => one.message);
  const others = problems.filter((one) => !['name', 'description'].includes(one.path.at(-1) ?? ''));

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (name.trim() === '') {
      setProblems([{ code: 'INVALID_INPUT', message: 'A project needs a name.', path: ['name'] }]);
      return;
    }
    const result = await createProject({ input: { name: name.trim(), description: description.trim() } });
    const found = refusals(result, result.data?.createProject.errors);
    setProblems(found);
    const project = result.data?.createProject.project;
    if (found.length > 0 || !project) return;
    onOpenChange(false);
    setName('');
    setDescription('');
    router.push(`/p/${project.slug}`);
  };

  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="New project"
      description="Runs that belong together, and the prompt sets they train on."
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button type="submit" form={formId} variant="primary" busy={fetching}>
            Create project
          </Button>
        </>
      }
    >
      <form id={formId} className={styles.form} onSubmit={(event) => void submit(event)} noValidate>
        <Field label="Name" errors={errorsOf('name')}>
          {(control) => (
            <Input
              {...control}
              value={name}
              onChange={(event) => setName(event.target.value)}
              maxLength={BOUNDS.maxNameChars}
              autoFocus
            />
          )}
        </Field>
        <Field label="Description" optional errors={errorsOf('description')}>
          {(control) => (
            <Textarea
              {...control}
              value={description}
              onChange={(event) => setDescription(event.target.value)}
              rows={3}
            />
          )}
        </Field>
        {others.map((problem) => (
          <Callout key={problem.message} tone="bad">
            {problem.message}
          </Callout>
        ))}
      </form>
    </Dialog>
  );
}
