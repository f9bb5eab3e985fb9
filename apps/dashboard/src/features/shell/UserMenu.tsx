'use client';
import { ChevronsUpDown, LogOut, Monitor, Moon, Sun, UserRound } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useMutation } from 'urql';
import { refusals } from '../../graphql/errors.ts';
import { graphql } from '../../graphql/generated/index.ts';
import { useViewer } from '../../graphql/session.tsx';
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '../../ui/Menu.tsx';
import { useToast } from '../../ui/Toast.tsx';
import { roleWord } from './roleWord.ts';
import { type ThemeChoice, chooseTheme, chosenTheme } from './theme.ts';
import styles from './UserMenu.module.css';

const signOutMutation = graphql(`
  mutation SignOut {
    signOut {
      errors {
        code
        message
        path
      }
    }
  }
`);

const THEMES: ReadonlyArray<readonly [ThemeChoice, string, typeof Sun]> = [
  ['system', 'As the system', Monitor],
  ['light', 'Light', Sun],
  ['dark', 'Dark', Moon],
];

/** Ends the session and goes to the sign-in page. */
export function useSignOut(): () => Promise<void> {
  const [, signOut] = useMutation(signOutMutation);
  const toast = useToast();
  return async () => {
    const result = await signOut({});
    const [refusal] = refusals(result, result.data?.signOut.errors);
    if (refusal) toast.fail(`You are still signed in: ${refusal.message}`);
    else window.location.assign('/sign-in?out=1');
  };
}

/** Who is signed in, the theme, and the way out. */
export function UserMenu() {
  const viewer = useViewer();
  const router = useRouter();
  const signOut = useSignOut();
  const [theme, setTheme] = useState<ThemeChoice>(() => chosenTheme());
  const role = roleWord(viewer.role);
  return (
    <Menu
      align="start"
      trigger={
        <button type="button" className={styles.trigger}>
          <span className={styles.initial} aria-hidden>
            {viewer.user.name.trim().slice(0, 1).toUpperCase() || '·'}
          </span>
          <span className={styles.names}>
            <span className={styles.name}>{viewer.user.name}</span>
            {role !== viewer.user.name && <span className={styles.role}>{role}</span>}
          </span>
          <ChevronsUpDown size={14} aria-hidden />
          <span className="visually-hidden">Account and theme</span>
        </button>
      }
    >
      <MenuLabel>Theme</MenuLabel>
      {THEMES.map(([choice, label, Icon]) => (
        <MenuItem
          key={choice}
          icon={<Icon size={14} aria-hidden />}
          onSelect={() => {
            chooseTheme(choice);
            setTheme(choice);
          }}
        >
          {label}
          {choice === theme && <span className={styles.chosen}> · in use</span>}
        </MenuItem>
      ))}
      <MenuSeparator />
      <MenuItem icon={<UserRound size={14} aria-hidden />} onSelect={() => router.push('/settings/profile')}>
        Profile and devices
      </MenuItem>
      <MenuItem icon={<LogOut size={14} aria-hidden />} onSelect={() => void signOut()}>
        Sign out
      </MenuItem>
    </Menu>
  );
}
