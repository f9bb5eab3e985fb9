'use client';
import { ROLES, type Role } from '@nabla/domain';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { describeError, refusals } from '../../graphql/errors.ts';
import { graphql } from '../../graphql/generated/index.ts';
import { useViewer } from '../../graphql/session.tsx';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { ConfirmDialog } from '../../ui/Dialog.tsx';
import { Select } from '../../ui/Field.tsx';
import { Section } from '../../ui/PageHeader.tsx';
import { RelativeTime } from '../../ui/RelativeTime.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { Table, TableScroll, Td, Th } from '../../ui/Table.tsx';
import { useToast } from '../../ui/Toast.tsx';
import { roleMeaning, roleWord } from '../shell/roleWord.ts';
import styles from './Settings.module.css';
import { SettingsFrame } from './SettingsFrame.tsx';

const membersQuery = graphql(`
  query Members {
    members {
      user {
        id
        name
        email
      }
      role
      joinedAt
    }
  }
`);
const changeRoleMutation = graphql(`
  mutation ChangeRole($userId: ID!, $role: Role!) {
    changeRole(userId: $userId, role: $role) {
      member {
        user {
          id
        }
        role
      }
      errors {
        code
        message
        path
      }
    }
  }
`);
const removeMemberMutation = graphql(`
  mutation RemoveMember($userId: ID!) {
    removeMember(userId: $userId) {
      member {
        user {
          id
        }
        role
      }
      errors {
        code
        message
        path
      }
    }
  }
`);

/** Who belongs to the workspace, and what each may do. */
export function MembersPage() {
  const viewer = useViewer();
  const toast = useToast();
  const [{ data, error }, retry] = useQuery({ query: membersQuery, requestPolicy: 'cache-and-network' });
  const [, changeRole] = useMutation(changeRoleMutation);
  const [, removeMember] = useMutation(removeMemberMutation);
  const [leaving, setLeaving] = useState<{ id: string; name: string } | null>(null);
  const mayChange = viewer.can('changeRole');

  const setRole = async (userId: string, role: Role): Promise<void> => {
    const result = await changeRole({ userId, role });
    const [refusal] = refusals(result, result.data?.changeRole.errors);
    if (refusal) toast.fail(refusal.message);
    else toast.say('The role is changed.');
  };
  const remove = async (): Promise<void> => {
    if (!leaving) return;
    const result = await removeMember({ userId: leaving.id });
    const [refusal] = refusals(result, result.data?.removeMember.errors);
    if (refusal) toast.fail(refusal.message);
    else toast.say(`${leaving.name} no longer has access.`);
    retry({ requestPolicy: 'network-only' });
  };

  return (
    <SettingsFrame tab="members">
      <Section
        title="Members"
        description="Each role includes those below it: owner, researcher, reviewer, viewer."
        actions={
          viewer.can('createInvite') ? (
            <ButtonLink href="/settings/invites" variant="primary">
              Invite somebody
            </ButtonLink>
          ) : undefined
        }
      >
        {error && !data && (
          <ErrorState
            message={describeError(error)}
            onRetry={() => retry({ requestPolicy: 'network-only' })}
          />
        )}
        {!data && !error && <SkeletonRows rows={3} label="Loading members" />}
        {data && (
          <TableScroll label="Members">
            <Table>
              <thead>
                <tr>
                  <Th>Name</Th>
                  <Th>Role</Th>
                  <Th>Joined</Th>
                  {mayChange && (
                    <Th>
                      <span className="visually-hidden">Actions</span>
                    </Th>
                  )}
                </tr>
              </thead>
              <tbody>
                {data.members.map(({ user, role, joinedAt }) => (
                  <tr key={user.id}>
                    <Td>
                      <span className={styles.person}>{user.name}</span>
                      {user.id === viewer.user.id && <span className={styles.sub}> · you</span>}
                      {user.email !== null && <div className={styles.sub}>{user.email}</div>}
                    </Td>
                    <Td>
                      {mayChange ? (
                        <Select
                          selectSize="sm"
                          className={styles.roleSelect}
                          aria-label={`Role of ${user.name}`}
                          value={role}
                          onChange={(event) => {
                            const next = ROLES.find((one) => one === event.target.value);
                            if (next) void setRole(user.id, next);
                          }}
                        >
                          {ROLES.map((one) => (
                            <option key={one} value={one} title={roleMeaning(one)}>
                              {roleWord(one)}
                            </option>
                          ))}
                        </Select>
                      ) : (
                        roleWord(role)
                      )}
                    </Td>
                    <Td muted>
                      <RelativeTime at={joinedAt} />
                    </Td>
                    {mayChange && (
                      <Td className={styles.actions}>
                        {user.id !== viewer.user.id && (
                          <Button size="sm" variant="danger" onClick={() => setLeaving(user)}>
                            Remove
                          </Button>
                        )}
                      </Td>
                    )}
                  </tr>
                ))}
              </tbody>
            </Table>
          </TableScroll>
        )}
      </Section>
      <ConfirmDialog
        open={leaving !== null}
        onOpenChange={(open) => {
          if (!open) setLeaving(null);
        }}
        title={`Remove ${leaving?.name ?? ''}?`}
        description="Their sessions and API keys stop working at once. Runs, verdicts and comments of theirs stay."
        confirmLabel="Remove from workspace"
        onConfirm={remove}
      />
    </SettingsFrame>
  );
}
