'use client';
import { BOUNDS } from '@nabla/domain';
import { FileUp } from 'lucide-react';
import { type DragEvent, useEffect, useRef, useState } from 'react';
import { useClient } from 'urql';
import { describeError } from '../../graphql/errors.ts';
import type { PromptFilePreviewQuery } from '../../graphql/generated/graphql.ts';
import { graphql } from '../../graphql/generated/index.ts';
import { Button } from '../../ui/Button.tsx';
import { cx } from '../../ui/cx.ts';
import { Field, Textarea } from '../../ui/Field.tsx';
import { formatBytes } from '../../ui/format.ts';
import { Callout } from '../../ui/states.tsx';
import { Table, TableScroll, Td, Th } from '../../ui/Table.tsx';
import styles from './PromptUpload.module.css';

const previewQuery = graphql(`
  query PromptFilePreview($jsonl: String!) {
    previewPromptFile(jsonl: $jsonl, limit: 8) {
      promptCount
      answeredCount
      longestPromptChars
      alphabet
      prompts {
        text
        answer
      }
      errors {
        line
        message
      }
    }
  }
`);

export type PromptFilePreview = PromptFilePreviewQuery['previewPromptFile'];
/** Longer texts are not put into the text field: browsers become slow. They are held beside it. */
const EDITABLE_CHARS = 200_000;

/** Takes prompts as JSONL, by file, by dropping one, or pasted, and shows what they would become. `onChange` gets the text when it is usable, else null. */
export function PromptUpload({
  onChange,
}: {
  readonly onChange: (jsonl: string | null, fileName: string | null) => void;
}) {
  const client = useClient();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const [fileName, setFileName] = useState<string | null>(null);
  const [dragging, setDragging] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [preview, setPreview] = useState<PromptFilePreview | null>(null);
  const [checking, setChecking] = useState(false);
  const latest = useRef(onChange);
  latest.current = onChange;

  useEffect(() => {
    latest.current(null, null);
    setPreview(null);
    if (text.trim() === '') return undefined;
    let current = true;
    setChecking(true);
    const timer = setTimeout(() => {
      void client
        .query(previewQuery, { jsonl: text }, { requestPolicy: 'network-only' })
        .toPromise()
        .then((result) => {
          if (!current) return;
          setChecking(false);
          setProblem(result.error ? describeError(result.error) : null);
          const found = result.data?.previewPromptFile ?? null;
          setPreview(found);
          if (found && found.errors.length === 0 && found.promptCount > 0) latest.current(text, fileName);
        });
    }, 300);
    return () => {
      current = false;
      clearTimeout(timer);
      setChecking(false);
    };
  }, [client, text, fileName]);

  const take = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    if (file.size > BOUNDS.maxPromptFileBytes) {
      setProblem(
        `${file.name} has ${formatBytes(file.size)}; the bound is ${formatBytes(BOUNDS.maxPromptFileBytes)}.`,
      );
      return;
    }
    setProblem(null);
    setFileName(file.name);
    setText(await file.text());
  };
  const onDrop = (event: DragEvent): void => {
    event.preventDefault();
    setDragging(false);
    void take(event.dataTransfer.files[0]);
  };

  return (
    <div className={styles.upload}>
      <div
        className={cx(styles.drop, dragging && styles.dragging)}
        onDragOver={(event) => {
          event.preventDefault();
          setDragging(true);
        }}
        onDragLeave={() => setDragging(false)}
        onDrop={onDrop}
      >
        <Button icon={<FileUp size={14} aria-hidden />} onClick={() => input.current?.click()}>
          Choose a file
        </Button>
        <span className={styles.hint}>
          {fileName === null
            ? 'or drop a JSONL file here, or paste below'
            : `${fileName} · ${formatBytes(new TextEncoder().encode(text).byteLength)}`}
        </span>
        <input
          ref={input}
          type="file"
          accept=".jsonl,.ndjson,.json,.txt,application/x-ndjson,application/jsonl"
          className="visually-hidden"
          aria-label="Prompt file"
          tabIndex={-1}
          onChange={(event) => {
            void take(event.target.files?.[0]);
            event.target.value = '';
          }}
        />
      </div>
      {text.length <= EDITABLE_CHARS ? (
        <Field
          label="Prompts as JSONL"
          help={
            'One JSON object a line with “prompt” and, for tasks that are checked, “answer”. Other members are kept as metadata.'
          }
        >
          {(control) => (
            <Textarea
              {...control}
              mono
              rows={6}
              value={text}
              spellCheck={false}
              placeholder={'{"prompt": "2+2=", "answer": "4"}\n{"prompt": "12+7=", "answer": "19"}'}
              onChange={(event) => {
                setFileName(null);
                setText(event.target.value);
              }}
            />
          )}
        </Field>
      ) : (
        <Callout>
          The file is too long to edit here ({formatBytes(text.length)}); it is taken as it is.{' '}
          <Button size="sm" onClick={() => setText('')}>
            Take another
          </Button>
        </Callout>
      )}
      <div role="status">{checking && <span className={styles.hint}>Reading…</span>}</div>
      {problem !== null && <Callout tone="bad">{problem}</Callout>}
      {preview && <Preview preview={preview} />}
    </div>
  );
}

function Preview({ preview }: { readonly preview: PromptFilePreview }) {
  if (preview.errors.length > 0)
    return (
      <Callout
        tone="bad"
        title={`Nothing is stored while a line is broken (${preview.errors.length}${preview.errors.length >= 20 ? ' or more' : ''})`}
      >
        <ul className={styles.errors}>
          {preview.errors.map((error) => (
            <li key={`${error.line}-${error.message}`}>
              <span className={styles.line}>Line {error.line.toLocaleString('en')}</span> {error.message}
            </li>
          ))}
        </ul>
      </Callout>
    );
  return (
    <div className={styles.preview}>
      <p className={styles.summary}>
        <strong>{preview.promptCount.toLocaleString('en')}</strong>{' '}
        {preview.promptCount === 1 ? 'prompt' : 'prompts'},{' '}
        <strong>{preview.answeredCount.toLocaleString('en')}</strong> with an answer · longest prompt{' '}
        {preview.longestPromptChars.toLocaleString('en')} characters · alphabet of{' '}
        {Array.from(preview.alphabet).length}
      </p>
      {preview.answeredCount < preview.promptCount && (
        <p className={styles.hint}>
          Prompts without an answer get no exact-match reward; use a format, length or module reward for them.
        </p>
      )}
      <TableScroll label="First prompts">
        <Table>
          <thead>
            <tr>
              <Th>Prompt</Th>
              <Th>Answer</Th>
            </tr>
          </thead>
          <tbody>
            {preview.prompts.map((prompt, index) => (
              <tr key={index}>
                <Td className={styles.text}>{prompt.text}</Td>
                <Td className={styles.text}>{prompt.answer ?? '–'}</Td>
              </tr>
            ))}
          </tbody>
        </Table>
      </TableScroll>
      {preview.promptCount > preview.prompts.length && (
        <p className={styles.hint}>
          and {(preview.promptCount - preview.prompts.length).toLocaleString('en')} more
        </p>
      )}
    </div>
  );
}
