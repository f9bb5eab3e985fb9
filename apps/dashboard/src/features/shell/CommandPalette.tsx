'use client';
import { useRouter } from 'next/navigation';
import { Dialog as Radix } from 'radix-ui';
import { type KeyboardEvent, useDeferredValue, useEffect, useId, useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../../graphql/generated/index.ts';
import { useViewer } from '../../graphql/session.tsx';
import { Kbd } from '../../ui/Kbd.tsx';
import { useHotkeys } from '../../ui/useHotkeys.ts';
import { cx } from '../../ui/cx.ts';
import styles from './CommandPalette.module.css';
import { OPEN_PALETTE } from './commandPaletteEvents.ts';

const paletteQuery = graphql(`
  query CommandPalette($text: String, $hasText: Boolean!) {
    projects(first: 50) {
      nodes {
        id
        name
        slug
      }
    }
    runs(first: 8, filter: { text: $text }, orderBy: { field: CREATED_AT, direction: DESC })
      @include(if: $hasText) {
      nodes {
        id
        name
        number
        project {
          id
          name
        }
      }
    }
    recent: runs(first: 5, orderBy: { field: CREATED_AT, direction: DESC }) @skip(if: $hasText) {
      nodes {
        id
        name
        number
        project {
          id
          name
        }
      }
    }
  }
`);

interface Destination {
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  readonly href: string;
}
const PAGES: ReadonlyArray<Destination> = [
  { id: 'projects', label: 'Projects', hint: 'page', href: '/projects' },
  { id: 'review', label: 'Review', hint: 'page', href: '/review' },
  { id: 'workers', label: 'Workers', hint: 'page', href: '/workers' },
  { id: 'graphiql', label: 'GraphiQL', hint: 'page', href: '/graphiql' },
  { id: 'profile', label: 'Profile', hint: 'settings', href: '/settings/profile' },
  { id: 'members', label: 'Members and invites', hint: 'settings', href: '/settings/members' },
  { id: 'keys', label: 'API keys', hint: 'settings', href: '/settings/keys' },
];

/** Ctrl+K: type where to go. */
export function CommandPalette() {
  const [open, setOpen] = useState(false);
  useHotkeys({ 'mod+k': () => setOpen(true) });
  useEffect(() => {
    const show = (): void => setOpen(true);
    window.addEventListener(OPEN_PALETTE, show);
    return () => window.removeEventListener(OPEN_PALETTE, show);
  }, []);
  return (
    <Radix.Root open={open} onOpenChange={setOpen}>
      <Radix.Portal>
        <Radix.Overlay className={styles.overlay} />
        <Radix.Content className={styles.palette} aria-describedby={undefined}>
          <Radix.Title className="visually-hidden">Go to</Radix.Title>
          <Destinations close={() => setOpen(false)} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Destinations({ close }: { readonly close: () => void }) {
  const router = useRouter();
  const viewer = useViewer();
  const listId = useId();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const needle = useDeferredValue(text.trim());
  const [{ data, fetching }] = useQuery({
    query: paletteQuery,
    variables: { text: needle, hasText: needle !== '' },
  });

  const matches = (label: string): boolean => label.toLowerCase().includes(needle.toLowerCase());
  const projects = data?.projects.nodes ?? [];
  const destinations: ReadonlyArray<Destination> = [
    ...projects
      .filter((project) => matches(project.name))
      .map((project) => ({
        id: project.id,
        label: project.name,
        hint: 'project',
        href: `/p/${project.slug}`,
      })),
    ...(viewer.can('createRun')
      ? projects
          .map((project) => ({
            id: `new-${project.id}`,
            label: `New run in ${project.name}`,
            hint: 'action',
            href: `/p/${project.slug}/new`,
          }))
          .filter((action) => needle !== '' && matches(action.label))
      : []),
    ...((data?.runs ?? data?.recent)?.nodes.map((run) => ({
      id: run.id,
      label: `#${run.number} ${run.name}`,
      hint: `run in ${run.project.name}`,
      href: `/runs/${run.id}`,
    })) ?? []),
    ...PAGES.filter((page) => matches(page.label)),
  ];
  const current = Math.min(chosen, Math.max(0, destinations.length - 1));
  const go = (destination: Destination | undefined): void => {
    if (!destination) return;
    close();
    router.push(destination.href);
  };
  const onKey = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setChosen((current + step + destinations.length) % Math.max(1, destinations.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      go(destinations[current]);
    }
  };
  return (
    <div onKeyDown={onKey}>
      <input
        className={styles.input}
        autoFocus
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setChosen(0);
        }}
        placeholder="Project, run or page"
        aria-label="Project, run or page"
        role="combobox"
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={destinations.length > 0 ? `${listId}-${current}` : undefined}
      />
      <div id={listId} role="listbox" aria-label="Destinations" className={styles.list}>
        {destinations.map((destination, index) => (
          <div
            key={`${destination.hint}-${destination.id}`}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === current}
            className={cx(styles.option, index === current && styles.chosen)}
            onPointerMove={() => setChosen(index)}
            onClick={() => go(destination)}
          >
            <span className={styles.label}>{destination.label}</span>
            <span className={styles.hint}>{destination.hint}</span>
          </div>
        ))}
      </div>
      {destinations.length === 0 && !fetching && <p className={styles.none}>Nothing is called that.</p>}
      <div className={styles.keys} aria-hidden>
        <span>
          <Kbd>↑</Kbd> <Kbd>↓</Kbd> choose
        </span>
        <span>
          <Kbd>↵</Kbd> open
        </span>
        <span>
          <Kbd>Esc</Kbd> close
        </span>
      </div>
    </div>
  );
}
