'use client';
import { runConfigToYaml } from '@nabla/domain';
import Link from 'next/link';
import { useState } from 'react';
import { useQuery } from 'urql';
import { describeError } from '../../graphql/errors.ts';
import { graphql } from '../../graphql/generated/index.ts';
import { CopyButton } from '../../ui/CopyButton.tsx';
import { Switch } from '../../ui/Field.tsx';
import { Section } from '../../ui/PageHeader.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { ConfigTable } from '../compare/ConfigTable.tsx';
import styles from './run.module.css';
import { readConfig } from './runRule.ts';

const configQuery = graphql(`
  query RunConfig($id: ID!) {
    run(id: $id) {
      id
      number
      name
      config
      configYaml
      configHash
      clonedFrom {
        id
        number
        name
        config
      }
      forkedFrom {
        step
        run {
          id
          number
          name
          config
        }
      }
    }
  }
`);

/** The configuration as YAML; for a clone or a fork, what was changed. */
export function ConfigTab({ runId }: { readonly runId: string }) {
  const [{ data, error }, execute] = useQuery({ query: configQuery, variables: { id: runId } });
  const [all, setAll] = useState(false);
  const [filled, setFilled] = useState(false);
  const run = data?.run;
  if (error && !run)
    return (
      <ErrorState message={describeError(error)} onRetry={() => execute({ requestPolicy: 'network-only' })} />
    );
  if (!run) return <SkeletonRows rows={12} label="Loading the configuration" />;
  const origin = run.forkedFrom?.run ?? run.clonedFrom;
  const yaml = filled ? runConfigToYaml(readConfig(run.config) ?? run.config) : run.configYaml;
  return (
    <>
      {origin && (
        <Section
          title="Changed from its origin"
          description={
            <>
              {run.forkedFrom ? 'Forked' : 'Cloned'} from{' '}
              <Link href={`/runs/${origin.id}`}>
                #{origin.number} {origin.name}
              </Link>
              {run.forkedFrom && ` at step ${run.forkedFrom.step.toLocaleString('en')}`}.
            </>
          }
          actions={
            <Switch label="All settings" checked={all} onChange={(event) => setAll(event.target.checked)} />
          }
        >
          <ConfigTable
            columns={[
              { id: origin.id, label: `#${origin.number} ${origin.name}`, config: origin.config },
              { id: run.id, label: `#${run.number} ${run.name}`, config: run.config },
            ]}
            all={all}
          />
        </Section>
      )}
      <Section
        title="Configuration"
        description={
          <>
            {filled ? 'All defaults filled in.' : 'As it was launched.'} Fingerprint{' '}
            <code>{run.configHash.slice(0, 12)}</code>: runs with the same one have the same settings.
          </>
        }
        actions={
          <>
            <Switch
              label="All defaults filled in"
              checked={filled}
              onChange={(event) => setFilled(event.target.checked)}
            />
            <CopyButton text={yaml} label="Copy YAML" />
          </>
        }
      >
        <pre className={styles.yaml} tabIndex={0} aria-label="Configuration as YAML">
          {yaml}
        </pre>
      </Section>
    </>
  );
}
