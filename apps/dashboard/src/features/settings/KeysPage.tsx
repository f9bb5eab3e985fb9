'use client';
import { BOUNDS, ROLES, type Role } from '@nabla/domain';
import { type FormEvent, useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { type Refusal, describeError, refusals } from '../../graphql/errors.ts';
import { graphql } from '../../graphql/generated/index.ts';
import { useViewer } from '../../graphql/session.tsx';
import { Button } from '../../ui/Button.tsx';
import { ConfirmDialog } from '../../ui/Dialog.tsx';
import { Field, Input, Select } from '../../ui/Field.tsx';
import { Section } from '../../ui/PageHeader.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { Callout, EmptyState, ErrorState } from '../../ui/states.tsx';
import { Table, TableScroll, Td, Th } from '../../ui/Table.tsx';
import { useToast } from '../../ui/Toast.tsx';
import { roleMeaning, roleWord } from '../shell/roleWord.ts';
import styles from './Settings.module.css';
import { SettingsFrame } from './SettingsFrame.tsx';
import { ShownOnce } from './ShownOnce.tsx';

const keysQuery = graphql(`
  query ApiKeys {
    apiKeys {
      id
      name
      prefix
      role
      createdAt
      lastUsedAt
      revokedAt
      createdBy {
        id
        name
      }
    }
  }
`);
const createKeyMutation = graphql(`
  mutation CreateApiKey($input: CreateApiKeyInput!) {
    createApiKey(input: $input) {
      apiKey {
        id
      }
      secret
      errors {
        code
        message
        path
      }
    }
  }
`);
const revokeKeyMutation = graphql(`
  mutation RevokeApiKey($id: ID!) {
    revokeApiKey(id: $id) {
      apiKey {
        id
        revokedAt
      }
      errors {
        code
        message
        path
      }
    }
  }
`);

/** Keys with which workers, scripts and other trainers speak to the API. */
export function KeysPage() {
  const viewer = useViewer();
  return (
    <SettingsFrame tab="keys">
      {viewer.can('createApiKey') ? (
        <>
          <KeyForm />
          <KeyList />
        </>
      ) : (
        <EmptyState title="Your role has no API keys">
          An owner of the workspace can make you a researcher.
        </EmptyState>
      )}
    </SettingsFrame>
  );
}

function KeyForm() {
  const viewer = useViewer();
  const [{ fetching }, createKey] = useMutation(createKeyMutation);
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('RESEARCHER');
  const [problems, setProblems] = useState<ReadonlyArray<Refusal>>([]);
  const [secret, setSecret] = useState<string | null>(null);
  // A key may have one's own role at most.
  const offered = ROLES.slice(ROLES.indexOf(viewer.role));
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (name.trim() === '') {
      setProblems([
        {
          code: 'INVALID_INPUT',
          message: 'Give the key a name, so that you can tell it apart when you revoke it.',
          path: ['name'],
        },
      ]);
      return;
    }
    const result = await createKey({ input: { name: name.trim(), role } });
    const payload = result.data?.createApiKey;
    const found = refusals(result, payload?.errors);
    setProblems(found);
    if (found.length > 0 || !payload?.secret) return;
    setSecret(payload.secret);
    setName('');
  };
  const nameErrors = problems
    .filter((problem) => problem.path.at(-1) === 'name')
    .map((problem) => problem.message);
  const others = problems.filter((problem) => problem.path.at(-1) !== 'name');
  return (
    <Section
      title="New key"
      description="For workers on other machines, scripts and other trainers. Workers and trainers need the researcher role."
    >
      <form className={styles.form} onSubmit={(event) => void submit(event)} noValidate>
        <Field label="Name" errors={nameErrors} className={styles.name}>
          {(control) => (
            <Input
              {...control}
              value={name}
              maxLength={BOUNDS.maxNameChars}
              onChange={(event) => setName(event.target.value)}
              placeholder="gpu-box worker"
              autoComplete="off"
            />
          )}
        </Field>
        <Field label="Role" className={styles.role}>
          {(control) => (
            <Select
              {...control}
              value={role}
              onChange={(event) => setRole(ROLES.find((one) => one === event.target.value) ?? 'VIEWER')}
            >
              {offered.map((one) => (
                <option key={one} value={one} title={roleMeaning(one)}>
                  {roleWord(one)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Button type="submit" variant="primary" busy={fetching}>
          Make key
        </Button>
      </form>
      {others.map((problem) => (
        <Callout key={problem.message} tone="bad">
          {problem.message}
        </Callout>
      ))}
      <ShownOnce
        title="API key"
        description="Copy it now: only its hash is stored, it is not shown again. Send it as “Authorization: Bearer …”."
        secret={secret}
        onClose={() => setSecret(null)}
      />
    </Section>
  );
}

function KeyList() {
  const toast = useToast();
  const [{ data, error }, retry] = useQuery({ query: keysQuery, requestPolicy: 'cache-and-network' });
  const [, revokeKey] = useMutation(revokeKeyMutation);
  const [revoking, setRevoking] = useState<{ id: string; name: string } | null>(null);
  const revoke = async (): Promise<void> => {
    if (!revoking) return;
    const result = await revokeKey({ id: revoking.id });
    const [refusal] = refusals(result, result.data?.revokeApiKey.errors);
    if (refusal) toast.fail(refusal.message);
    else toast.say(`“${revoking.name}” no longer works.`);
  };
  return (
    <Section title="Keys">
      {error && !data && (
        <ErrorState message={describeError(error)} onRetry={() => retry({ requestPolicy: 'network-only' })} />
      )}
      {!data && !error && <SkeletonRows rows={2} label="Loading keys" />}
      {data && data.apiKeys.length === 0 && (
        <EmptyState title="No key yet">Make one above for a worker or a script.</EmptyState>
      )}
      {data && data.apiKeys.length > 0 && (
        <TableScroll label="API keys">
          <Table>
            <thead>
              <tr>
                <Th>Name</Th>
                <Th>Begins with</Th>
                <Th>Role</Th>
                <Th>Made</Th>
                <Th>Last used</Th>
                <Th>
                  <span className="visually-hidden">Actions</span>
                </Th>
              </tr>
            </thead>
            <tbody>
              {data.apiKeys.map((key) => (
                <tr key={key.id} className={key.revokedAt === null ? undefined : styles.revoked}>
                  <Td>{key.name}</Td>
                  <Td>
                    <code>{key.prefix}…</code>
                  </Td>
                  <Td>{roleWord(key.role)}</Td>
                  <Td muted>
                    <RelativeTime at={key.createdAt} /> by {key.createdBy.name}
                  </Td>
                  <Td muted>{key.lastUsedAt === null ? 'never' : <RelativeTime at={key.lastUsedAt} />}</Td>
                  <Td className={styles.actions}>
                    {key.revokedAt === null ? (
                      <Button size="sm" variant="danger" onClick={() => setRevoking(key)}>
                        Revoke
                      </Button>
                    ) : (
                      'revoked'
                    )}
                  </Td>
                </tr>
              ))}
            </tbody>
          </Table>
        </TableScroll>
      )}
      <ConfirmDialog
        open={revoking !== null}
        onOpenChange={(open) => {
          if (!open) setRevoking(null);
        }}
        title={`Revoke “${revoking?.name ?? ''}”?`}
        description="Whatever uses the key is refused from now on. Runs that a worker with it executes go back to the queue when their lease ends."
        confirmLabel="Revoke key"
        onConfirm={revoke}
      />
    </Section>
  );
}
