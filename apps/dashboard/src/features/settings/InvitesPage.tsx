'use client';
import { ROLES, type Role } from '@nabla/domain';
import { type FormEvent, useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { type Refusal, describeError, refusals } from '../../graphql/errors.ts';
import type { InvitesQuery } from '../../graphql/generated/graphql.ts';
import { graphql } from '../../graphql/generated/index.ts';
import { useViewer } from '../../graphql/session.tsx';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Field, Input, Select } from '../../ui/Field.tsx';
import { Section } from '../../ui/PageHeader.tsx';
import { RelativeTime, useNow } from '../../ui/RelativeTime.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { Callout, EmptyState, ErrorState } from '../../ui/states.tsx';
import { Table, TableScroll, Td, Th } from '../../ui/Table.tsx';
import { useToast } from '../../ui/Toast.tsx';
import { aRole, roleMeaning, roleWord } from '../shell/roleWord.ts';
import styles from './Settings.module.css';
import { SettingsFrame } from './SettingsFrame.tsx';
import { ShownOnce } from './ShownOnce.tsx';

const invitesQuery = graphql(`
  query Invites {
    invites {
      id
      role
      email
      createdAt
      expiresAt
      acceptedAt
      revokedAt
      createdBy {
        id
        name
      }
      acceptedBy {
        id
        name
      }
    }
  }
`);
const createInviteMutation = graphql(`
  mutation CreateInvite($input: CreateInviteInput!) {
    createInvite(input: $input) {
      invite {
        id
      }
      url
      errors {
        code
        message
        path
      }
    }
  }
`);
const revokeInviteMutation = graphql(`
  mutation RevokeInvite($id: ID!) {
    revokeInvite(id: $id) {
      invite {
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

type Invite = InvitesQuery['invites'][number];

/** Links that let colleagues in. */
export function InvitesPage() {
  const viewer = useViewer();
  if (!viewer.can('createInvite'))
    return (
      <SettingsFrame tab="invites">
        <EmptyState title="Only an owner can invite">
          Ask an owner of the workspace; they are marked under Members.
        </EmptyState>
      </SettingsFrame>
    );
  return (
    <SettingsFrame tab="invites">
      <InviteForm />
      <InviteList />
    </SettingsFrame>
  );
}

function InviteForm() {
  const [{ fetching }, createInvite] = useMutation(createInviteMutation);
  const [role, setRole] = useState<Role>('RESEARCHER');
  const [email, setEmail] = useState('');
  const [problems, setProblems] = useState<ReadonlyArray<Refusal>>([]);
  const [url, setUrl] = useState<string | null>(null);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const result = await createInvite({
      input: { role, ...(email.trim() === '' ? {} : { email: email.trim() }) },
    });
    const payload = result.data?.createInvite;
    const found = refusals(result, payload?.errors);
    setProblems(found);
    if (found.length > 0 || !payload?.url) return;
    setUrl(payload.url);
    setEmail('');
  };
  const emailErrors = problems
    .filter((problem) => problem.path.at(-1) === 'email')
    .map((problem) => problem.message);
  const others = problems.filter((problem) => problem.path.at(-1) !== 'email');
  return (
    <Section
      title="Invite somebody"
      description="Makes a link that works once. Nabla sends no mail: pass the link on yourself."
    >
      <form className={styles.form} onSubmit={(event) => void submit(event)} noValidate>
        <Field label="Role" className={styles.role}>
          {(control) => (
            <Select
              {...control}
              value={role}
              onChange={(event) => setRole(ROLES.find((one) => one === event.target.value) ?? 'VIEWER')}
            >
              {ROLES.map((one) => (
                <option key={one} value={one}>
                  {roleWord(one)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Email, to tell invites apart" optional errors={emailErrors} className={styles.name}>
          {(control) => (
            <Input
              {...control}
              type="email"
              value={email}
              onChange={(event) => setEmail(event.target.value)}
              autoComplete="off"
            />
          )}
        </Field>
        <Button type="submit" variant="primary" busy={fetching}>
          Make link
        </Button>
      </form>
      <p className={styles.sub}>
        {roleWord(role)}: {roleMeaning(role)}.
      </p>
      {others.map((problem) => (
        <Callout key={problem.message} tone="bad">
          {problem.message}
        </Callout>
      ))}
      <ShownOnce
        title="Invitation link"
        description={`Give it to one person: it works once and makes them ${aRole(role)}. It is shown this once.`}
        secret={url}
        onClose={() => setUrl(null)}
      />
    </Section>
  );
}

function InviteList() {
  const toast = useToast();
  const now = useNow();
  const [{ data, error }, retry] = useQuery({ query: invitesQuery, requestPolicy: 'cache-and-network' });
  const [, revokeInvite] = useMutation(revokeInviteMutation);
  const revoke = async (id: string): Promise<void> => {
    const result = await revokeInvite({ id });
    const [refusal] = refusals(result, result.data?.revokeInvite.errors);
    if (refusal) toast.fail(refusal.message);
    else toast.say('The link no longer works.');
  };
  return (
    <Section title="Invites">
      {error && !data && (
        <ErrorState message={describeError(error)} onRetry={() => retry({ requestPolicy: 'network-only' })} />
      )}
      {!data && !error && <SkeletonRows rows={2} label="Loading invites" />}
      {data && data.invites.length === 0 && (
        <EmptyState title="Nobody is invited yet">Choose a role above and make a link.</EmptyState>
      )}
      {data && data.invites.length > 0 && (
        <TableScroll label="Invites">
          <Table>
            <thead>
              <tr>
                <Th>Role</Th>
                <Th>For</Th>
                <Th>State</Th>
                <Th>Made</Th>
                <Th>
                  <span className="visually-hidden">Actions</span>
                </Th>
              </tr>
            </thead>
            <tbody>
              {data.invites.map((invite) => (
                <tr key={invite.id}>
                  <Td>{roleWord(invite.role)}</Td>
                  <Td>{invite.acceptedBy?.name ?? invite.email ?? '–'}</Td>
                  <Td>
                    <InviteState invite={invite} now={now} />
                  </Td>
                  <Td muted>
                    <RelativeTime at={invite.createdAt} /> by {invite.createdBy.name}
                  </Td>
                  <Td className={styles.actions}>
                    {isOpen(invite, now) && (
                      <Button size="sm" variant="danger" onClick={() => void revoke(invite.id)}>
                        Revoke
                      </Button>
                    )}
                  </Td>
                </tr>
              ))}
            </tbody>
          </Table>
        </TableScroll>
      )}
    </Section>
  );
}

function InviteState({ invite, now }: { readonly invite: Invite; readonly now: number }) {
  if (invite.acceptedAt !== null)
    return (
      <Badge tone="good">
        accepted <RelativeTime at={invite.acceptedAt} />
      </Badge>
    );
  if (invite.revokedAt !== null) return <Badge>revoked</Badge>;
  if (!isOpen(invite, now)) return <Badge>expired</Badge>;
  return (
    <Badge tone="accent">
      open, ends <RelativeTime at={invite.expiresAt} />
    </Badge>
  );
}

function isOpen(invite: Invite, now: number): boolean {
  return invite.acceptedAt === null && invite.revokedAt === null && Date.parse(invite.expiresAt) > now;
}
