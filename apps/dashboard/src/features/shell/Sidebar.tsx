'use client';
import {
  Activity,
  ClipboardCheck,
  Cpu,
  FileText,
  FolderClosed,
  Plus,
  Settings,
  Terminal,
} from 'lucide-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../../graphql/generated/index.ts';
import { useViewer } from '../../graphql/session.tsx';
import { cx } from '../../ui/cx.ts';
import { usePlace } from './Crumbs.tsx';
import styles from './Sidebar.module.css';
import { UserMenu } from './UserMenu.tsx';

/** The projects that the sidebar lists; the project one is in is shown in any case. */
const sidebarQuery = graphql(`
  query Sidebar {
    projects(first: 8) {
      nodes {
        id
        name
        slug
        activeRunCount
      }
      totalCount
    }
  }
`);

export function Sidebar() {
  const pathname = usePathname();
  const { project } = usePlace();
  const viewer = useViewer();
  const [{ data }] = useQuery({ query: sidebarQuery });
  const projects = data?.projects.nodes ?? [];
  const more = (data?.projects.totalCount ?? 0) - projects.length;
  return (
    <div className={styles.sidebar}>
      <Link href="/projects" className={styles.brand}>
        <span className={styles.mark} aria-hidden>
          ∇
        </span>
        <span className={styles.brandName}>Nabla</span>
        {viewer.workspace.name !== 'Nabla' && (
          <span className={styles.workspace}>{viewer.workspace.name}</span>
        )}
      </Link>
      <nav aria-label="Main" className={styles.nav}>
        <Item
          href="/projects"
          icon={<FolderClosed size={15} aria-hidden />}
          current={pathname === '/projects'}
        >
          Projects
        </Item>
        {projects.map((one) => (
          <div key={one.id} className={styles.project}>
            <Link
              href={`/p/${one.slug}`}
              className={cx(styles.projectName, one.slug === project && styles.projectOpen)}
              aria-current={pathname === `/p/${one.slug}` ? 'page' : undefined}
            >
              <span className={styles.text}>{one.name}</span>
              {one.activeRunCount > 0 && (
                <span className={styles.active} title={`${one.activeRunCount} queued or running`}>
                  {one.activeRunCount}
                  <span className="visually-hidden"> queued or running</span>
                </span>
              )}
            </Link>
            {one.slug === project && (
              <div className={styles.projectPages}>
                <Item
                  small
                  href={`/p/${one.slug}`}
                  icon={<Activity size={14} aria-hidden />}
                  current={pathname === `/p/${one.slug}` || pathname.startsWith('/runs/')}
                >
                  Runs
                </Item>
                {viewer.can('createRun') && (
                  <Item
                    small
                    href={`/p/${one.slug}/new`}
                    icon={<Plus size={14} aria-hidden />}
                    current={pathname === `/p/${one.slug}/new`}
                  >
                    New run
                  </Item>
                )}
                <Item
                  small
                  href={`/p/${one.slug}/prompts`}
                  icon={<FileText size={14} aria-hidden />}
                  current={pathname.startsWith(`/p/${one.slug}/prompts`)}
                >
                  Prompt sets
                </Item>
              </div>
            )}
          </div>
        ))}
        {more > 0 && (
          <Link href="/projects" className={styles.more}>
            {more} more
          </Link>
        )}
        <div className={styles.gap} />
        <Item
          href="/review"
          icon={<ClipboardCheck size={15} aria-hidden />}
          current={pathname.startsWith('/review')}
        >
          Review
        </Item>
        <Item href="/workers" icon={<Cpu size={15} aria-hidden />} current={pathname === '/workers'}>
          Workers
        </Item>
        <Item href="/graphiql" icon={<Terminal size={15} aria-hidden />} current={pathname === '/graphiql'}>
          GraphiQL
        </Item>
        <Item
          href="/settings/profile"
          icon={<Settings size={15} aria-hidden />}
          current={pathname.startsWith('/settings')}
        >
          Settings
        </Item>
      </nav>
      <UserMenu />
    </div>
  );
}

function Item({
  href,
  icon,
  current,
  small = false,
  children,
}: {
  readonly href: string;
  readonly icon: ReactNode;
  readonly current: boolean;
  readonly small?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <Link
      href={href}
      className={cx(styles.item, small && styles.small, current && styles.current)}
      aria-current={current ? 'page' : undefined}
    >
      {icon}
      <span className={styles.text}>{children}</span>
    </Link>
  );
}
