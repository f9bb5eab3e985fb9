'use client';
import { Menu as MenuIcon, Search } from 'lucide-react';
import { usePathname } from 'next/navigation';
import { Dialog as Radix } from 'radix-ui';
import { useEffect, useState } from 'react';
import { IconButton } from '../../ui/Button.tsx';
import { Kbd } from '../../ui/Kbd.tsx';
import { openCommandPalette } from './commandPaletteEvents.ts';
import { CrumbTrail } from './Crumbs.tsx';
import { Sidebar } from './Sidebar.tsx';
import styles from './TopBar.module.css';

/** Breadcrumbs, search, and on narrow screens the way to the navigation. */
export function TopBar() {
  const [open, setOpen] = useState(false);
  const pathname = usePathname();
  useEffect(() => setOpen(false), [pathname]);
  return (
    <header className={styles.bar}>
      <Radix.Root open={open} onOpenChange={setOpen}>
        <div className={styles.menu}>
          <IconButton label="Navigation" onClick={() => setOpen(true)} aria-expanded={open}>
            <MenuIcon size={18} aria-hidden />
          </IconButton>
        </div>
        <Radix.Portal>
          <Radix.Overlay className={styles.overlay} />
          <Radix.Content className={styles.drawer} aria-describedby={undefined}>
            <Radix.Title className="visually-hidden">Navigation</Radix.Title>
            <Sidebar />
          </Radix.Content>
        </Radix.Portal>
      </Radix.Root>
      <CrumbTrail />
      <button
        type="button"
        className={styles.search}
        onClick={openCommandPalette}
        aria-keyshortcuts="Control+K Meta+K"
      >
        <Search size={14} aria-hidden />
        <span className={styles.searchText}>Go to…</span>
        <span className="visually-hidden">a page, project or run</span>
        <span className={styles.searchKeys} aria-hidden>
          <Kbd>Ctrl</Kbd>
          <Kbd>K</Kbd>
        </span>
      </button>
    </header>
  );
}
