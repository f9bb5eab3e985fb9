'use client';
import { FilePlus } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useQuery } from 'urql';
import { describeError } from '../../graphql/errors.ts';
import { graphql } from '../../graphql/generated/index.ts';
import { useViewer } from '../../graphql/session.tsx';
import { Button } from '../../ui/Button.tsx';
import { Field, Select } from '../../ui/Field.tsx';
import { PromptSetDialog } from '../prompts/PromptSetDialog.tsx';
import { type Path, errorsAt, valueAt } from './draft.ts';
import { useForm } from './FormContext.tsx';
import styles from './PromptSetField.module.css';

const choicesQuery = graphql(`
  query PromptSetChoices($slug: String!) {
    project(slug: $slug) {
      id
      promptSets(first: 100) {
        nodes {
          id
          name
          latestVersion {
            id
          }
          versions {
            id
            version
            promptCount
            answeredCount
          }
        }
      }
    }
  }
`);

/** Which version of which prompt set of the project; new prompts can be uploaded without leaving the form. */
export function PromptSetField({ path, label }: { readonly path: Path; readonly label: string }) {
  const viewer = useViewer();
  const { draft, set, report, disabled, projectId, slug } = useForm();
  const [uploading, setUploading] = useState(false);
  const [{ data, error, fetching }, refetch] = useQuery({
    query: choicesQuery,
    variables: { slug },
    requestPolicy: 'cache-and-network',
  });
  const sets = data?.project?.promptSets.nodes ?? [];
  const written = valueAt(draft.value, path);
  const value = typeof written === 'string' ? written : '';
  const version = sets.flatMap((one) => one.versions).find((one) => one.id === value);
  const unknown = value !== '' && version === undefined && data !== undefined;
  const place = path.join('.');
  useEffect(() => {
    const at = place.split('.');
    report(at, unknown ? 'Choose a prompt set of this project, or upload one' : null);
    return () => report(at, null);
  }, [report, place, unknown]);
  const errors = error && !data ? [describeError(error)] : errorsAt(draft.errors, path);
  return (
    <div className={styles.field}>
      <Field
        label={label}
        errors={errors}
        help={
          version
            ? `${version.promptCount.toLocaleString('en')} prompts, ${version.answeredCount.toLocaleString('en')} with an answer`
            : 'A version of a prompt set of this project'
        }
      >
        {(control) => (
          <Select
            {...control}
            value={version ? value : ''}
            disabled={disabled || (fetching && !data)}
            onChange={(event) => set(path, event.target.value === '' ? undefined : event.target.value)}
          >
            <option value="">
              {sets.length === 0 && data ? 'No prompt set in this project yet' : 'Choose…'}
            </option>
            {sets.map((one) => (
              <optgroup key={one.id} label={one.name}>
                {one.versions
                  .toSorted((a, b) => b.version - a.version)
                  .map((choice) => (
                    <option key={choice.id} value={choice.id}>
                      {one.name} · version {choice.version}
                      {choice.id === one.latestVersion.id ? ' (latest)' : ''} · {choice.promptCount} prompts
                    </option>
                  ))}
              </optgroup>
            ))}
          </Select>
        )}
      </Field>
      {viewer.can('createPromptSet') && (
        <Button
          icon={<FilePlus size={14} aria-hidden />}
          disabled={disabled}
          onClick={() => setUploading(true)}
        >
          Upload prompts
        </Button>
      )}
      <PromptSetDialog
        open={uploading}
        onOpenChange={setUploading}
        projectId={projectId}
        onStored={({ versionId }) => {
          set(path, versionId);
          refetch({ requestPolicy: 'network-only' });
        }}
      />
    </div>
  );
}
