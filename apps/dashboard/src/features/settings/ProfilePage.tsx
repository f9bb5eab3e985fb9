'use client';
import { BOUNDS } from '@nabla/domain';
import { type FormEvent, useState } from 'react';
import { useMutation } from 'urql';
import { type Refusal, refusals } from '../../graphql/errors.ts';
import { graphql } from '../../graphql/generated/index.ts';
import { useViewer } from '../../graphql/session.tsx';
import { Button } from '../../ui/Button.tsx';
import { Field, Input } from '../../ui/Field.tsx';
import { Section } from '../../ui/PageHeader.tsx';
import { SegmentedControl } from '../../ui/Tabs.tsx';
import { useToast } from '../../ui/Toast.tsx';
import { roleMeaning, roleWord } from '../shell/roleWord.ts';
import { type ThemeChoice, chooseTheme, chosenTheme } from '../shell/theme.ts';
import { useSignOut } from '../shell/UserMenu.tsx';
import styles from './Settings.module.css';
import { SettingsFrame } from './SettingsFrame.tsx';
import { ShownOnce } from './ShownOnce.tsx';

const updateProfileMutation = graphql(`
  mutation UpdateProfile($name: String!) {
    updateProfile(name: $name) {
      user {
        id
        name
      }
      errors {
        code
        message
        path
      }
    }
  }
`);
const signInLinkMutation = graphql(`
  mutation CreateSignInLink {
    createSignInLink {
      url
      expiresAt
      errors {
        code
        message
        path
      }
    }
  }
`);

/** One's own name, devices and theme. */
export function ProfilePage() {
  const viewer = useViewer();
  const toast = useToast();
  const signOut = useSignOut();
  const [saving, updateProfile] = useMutation(updateProfileMutation);
  const [making, createLink] = useMutation(signInLinkMutation);
  const [name, setName] = useState(viewer.user.name);
  const [problems, setProblems] = useState<ReadonlyArray<Refusal>>([]);
  const [link, setLink] = useState<{ url: string; expiresAt: string | null } | null>(null);
  const [theme, setTheme] = useState<ThemeChoice>(() => chosenTheme());

  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const result = await updateProfile({ name: name.trim() });
    const found = refusals(result, result.data?.updateProfile.errors);
    setProblems(found);
    if (found.length === 0) toast.say('Your name is saved.');
  };
  const makeLink = async (): Promise<void> => {
    const result = await createLink({});
    const payload = result.data?.createSignInLink;
    const [refusal] = refusals(result, payload?.errors);
    if (refusal) toast.fail(refusal.message);
    else if (payload?.url) setLink({ url: payload.url, expiresAt: payload.expiresAt });
  };

  return (
    <SettingsFrame tab="profile">
      <Section title="You" description={`${roleWord(viewer.role)}. ${roleMeaning(viewer.role)}.`}>
        <form className={styles.form} onSubmit={(event) => void save(event)} noValidate>
          <Field
            label="Name"
            errors={problems.map((problem) => problem.message)}
            className={styles.name}
            help="What others see beside your verdicts and comments."
          >
            {(control) => (
              <Input
                {...control}
                value={name}
                maxLength={BOUNDS.maxNameChars}
                autoComplete="name"
                disabled={!viewer.can('updateProfile')}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
        </form>
        {viewer.can('updateProfile') && (
          <div>
            <Button
              busy={saving.fetching}
              disabled={name.trim() === '' || name.trim() === viewer.user.name}
              onClick={(event) => void save(event)}
            >
              Save name
            </Button>
          </div>
        )}
      </Section>
      <Section
        title="Another device"
        description="A link that signs you in there. It works once, within a day; whoever has it is you, so send it only to yourself."
      >
        <div>
          <Button busy={making.fetching} onClick={() => void makeLink()}>
            Sign-in link for another device
          </Button>
        </div>
      </Section>
      <Section title="Theme">
        <div>
          <SegmentedControl<ThemeChoice>
            label="Theme"
            options={[
              { value: 'system', label: 'As the system' },
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
            ]}
            value={theme}
            onChange={(choice) => {
              chooseTheme(choice);
              setTheme(choice);
            }}
          />
        </div>
      </Section>
      <Section title="Session" description="Ends the session of this browser only.">
        <div>
          <Button onClick={() => void signOut()}>Sign out</Button>
        </div>
      </Section>
      <ShownOnce
        title="Sign-in link"
        description={`Open it on the other device${link?.expiresAt ? ` before ${new Date(link.expiresAt).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' })}` : ''}. It is shown this once and works once.`}
        secret={link?.url ?? null}
        onClose={() => setLink(null)}
      />
    </SettingsFrame>
  );
}
