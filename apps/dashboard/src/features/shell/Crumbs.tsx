'use client';
/** @file Where one is: each page says it, the top bar and the sidebar show it. */
import Link from 'next/link';
import { Fragment, type ReactNode, createContext, useContext, useEffect, useMemo, useState } from 'react';
import styles from './Crumbs.module.css';

export interface Crumb {
  readonly label: string;
  /** Left out for the page itself. */
  readonly href?: string;
}
interface Place {
  readonly crumbs: ReadonlyArray<Crumb>;
  /** Slug of the project one is in. */
  readonly project: string | null;
}
const NOWHERE: Place = { crumbs: [], project: null };
const PlaceContext = createContext<Place>(NOWHERE);
const SetPlaceContext = createContext<(place: Place) => void>(() => undefined);

export function CrumbsProvider({ children }: { readonly children: ReactNode }) {
  const [place, setPlace] = useState<Place>(NOWHERE);
  return (
    <SetPlaceContext value={setPlace}>
      <PlaceContext value={place}>{children}</PlaceContext>
    </SetPlaceContext>
  );
}

export function usePlace(): Place {
  return useContext(PlaceContext);
}

/** Says where this page is. The last crumb is the page itself and its window's title. Renders nothing. */
export function Crumbs({
  items,
  project,
}: {
  readonly items: ReadonlyArray<Crumb>;
  readonly project?: string | undefined;
}) {
  const setPlace = useContext(SetPlaceContext);
  const key = JSON.stringify(items);
  const stable = useMemo(() => items, [key]);
  useEffect(() => {
    setPlace({ crumbs: stable, project: project ?? null });
    document.title = [...stable.map((crumb) => crumb.label).reverse(), 'Nabla'].join(' · ');
  }, [setPlace, stable, project]);
  return null;
}

export function CrumbTrail() {
  const { crumbs } = usePlace();
  return (
    <nav aria-label="Breadcrumb" className={styles.nav}>
      <ol className={styles.trail}>
        {crumbs.map((crumb, index) => (
          <Fragment key={`${index}-${crumb.label}`}>
            {index > 0 && (
              <li aria-hidden className={styles.divider}>
                /
              </li>
            )}
            <li className={styles.crumb}>
              {crumb.href === undefined ? (
                <span aria-current="page" className={styles.here}>
                  {crumb.label}
                </span>
              ) : (
                <Link href={crumb.href} className={styles.link}>
                  {crumb.label}
                </Link>
              )}
            </li>
          </Fragment>
        ))}
      </ol>
    </nav>
  );
}
