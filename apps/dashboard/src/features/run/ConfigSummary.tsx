'use client';
import { type RunConfig, type TaskConfig, configNotes } from '@nabla/domain';
import Link from 'next/link';
import { useQuery } from 'urql';
import { graphql } from '../../graphql/generated/index.ts';
import { formatCount } from '../../ui/format.ts';
import { Callout } from '../../ui/states.tsx';
import {
  advantageWords,
  checkpointWords,
  evaluationWords,
  klWords,
  lossWords,
  modelWords,
  rewardWords,
  samplingWords,
} from './configWords.ts';
import styles from './run.module.css';

/** The choices that matter, in words; and what one should know about them. */
export function ConfigSummary({ config }: { readonly config: RunConfig | null }) {
  if (!config)
    return (
      <Callout tone="warn">
        This configuration was written by another version of Nabla and cannot be summed up. The Config tab has
        it in full.
      </Callout>
    );
  const pg = config.policyGradient;
  const { optimizer } = pg;
  const notes = configNotes(config);
  const items = [
    ['Task', <TaskText key="task" task={config.task} />],
    ['Reward', config.rewards.map(rewardWords).join(' + ')],
    ['Model', modelWords(config)],
    [
      'Warm-up',
      config.warmup
        ? `${formatCount(config.warmup.steps)} supervised steps of ${config.warmup.batchSize}`
        : 'none',
    ],
    ['Each step', samplingWords(pg)],
    ['Advantage', advantageWords(pg)],
    ['Loss', lossWords(pg)],
    ['KL penalty', klWords(pg)],
    [
      'Optimizer',
      `${optimizer.kind}, learning rate ${optimizer.learningRate}, ${optimizer.schedule.kind}${optimizer.schedule.warmupSteps > 0 ? ` after ${optimizer.schedule.warmupSteps} steps of rise` : ''}, ${optimizer.gradClip === null ? 'no clipping' : `clipped at norm ${optimizer.gradClip}`}`,
    ],
    ['Evaluation', evaluationWords(config)],
    ['Checkpoints', checkpointWords(config)],
    ['Seed', String(config.seed)],
  ] as const;
  return (
    <div className={styles.summary}>
      <dl className={styles.settings}>
        {items.map(([name, value]) => (
          <div key={name} className={styles.setting}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {notes.length > 0 && (
        <ul className={styles.notes} aria-label="What to know about these choices">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

const promptSetQuery = graphql(`
  query RunPromptSet($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on PromptSetVersion {
        version
        promptCount
        promptSet {
          id
          name
          project {
            id
            slug
          }
        }
      }
    }
  }
`);

function TaskText({ task }: { readonly task: TaskConfig }) {
  switch (task.kind) {
    case 'addition':
      return `addition of numbers with ${range(task.digits)} digits`;
    case 'sort_digits':
      return `sort ${range(task.length)} digits`;
    case 'reverse_text':
      return `reverse ${range(task.length)} characters`;
    case 'countdown':
      return `countdown with ${task.numbers} numbers up to ${task.maxNumber}`;
    case 'file':
      return `prompts from the file ${task.path}`;
    case 'prompt_set':
      return <PromptSetText id={task.promptSetVersionId} />;
  }
}

function PromptSetText({ id }: { readonly id: string }) {
  const [{ data }] = useQuery({ query: promptSetQuery, variables: { id } });
  const version = data?.node?.__typename === 'PromptSetVersion' ? data.node : null;
  if (!version) return 'a prompt set';
  return (
    <>
      <Link href={`/p/${version.promptSet.project.slug}/prompts/${version.promptSet.id}`}>
        {version.promptSet.name}
      </Link>
      , version {version.version} ({formatCount(version.promptCount)} prompts)
    </>
  );
}

function range({ min, max }: { readonly min: number; readonly max: number }): string {
  return min === max ? String(min) : `${min} to ${max}`;
}
