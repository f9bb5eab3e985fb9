'use client';
import { Field, Input, Select, Textarea } from '../../ui/Field.tsx';
import type { KeptDraft } from './keptDraft.ts';
import styles from './LaunchDetails.module.css';
import type { WorkerChoice } from './RunEditor.tsx';

/** What is about the run but not part of its configuration: tags, a note, who may run it. */
export function LaunchDetails({
  kept,
  onChange,
  workers,
}: {
  readonly kept: KeptDraft;
  readonly onChange: (patch: Partial<KeptDraft>) => void;
  readonly workers: ReadonlyArray<WorkerChoice>;
}) {
  const online = workers.filter((worker) => worker.online);
  return (
    <section className={styles.details} aria-label="Labels and worker">
      <h2 className={styles.title}>Labels and worker</h2>
      <div className={styles.grid}>
        <Field label="Tags" optional help="Separated by commas.">
          {(control) => (
            <Input
              {...control}
              value={kept.tags}
              onChange={(event) => onChange({ tags: event.target.value })}
              placeholder="baseline, seed-2"
            />
          )}
        </Field>
        <Field
          label="Worker"
          help={
            online.length === 0
              ? 'No worker is online: the run waits in the queue until one is.'
              : 'Whichever is free first, unless one is named.'
          }
        >
          {(control) => (
            <Select
              {...control}
              value={kept.workerId}
              onChange={(event) => onChange({ workerId: event.target.value })}
            >
              <option value="">Any worker</option>
              {workers.map((worker) => (
                <option key={worker.id} value={worker.id}>
                  {worker.name} · {worker.backend} · {worker.online ? worker.device : 'offline'}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      <Field label="Note" optional>
        {(control) => (
          <Textarea
            {...control}
            value={kept.note}
            rows={3}
            onChange={(event) => onChange({ note: event.target.value })}
            placeholder="What this run is to find out"
          />
        )}
      </Field>
    </section>
  );
}
