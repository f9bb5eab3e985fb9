'use client';
/** @file Where one is: each page says it, the top bar and the sidebar show it. */
import Link from 'next/link';
import {
  type Dispatch,
  Fragment,
  type ReactNode,
  type SetStateAction,
  createContext,
  useContext,
  useEffect,
  useState,
} from 'react';
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
const SetPlaceContext = createContext<Dispatch<SetStateAction<Place>>>(() => undefined);

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
  useEffect(() => {
    // Items are a new array at every render; an equal place stays the same object, so that nothing renders again.
    const next: Place = { crumbs: items, project: project ?? null };
    setPlace((present) => (JSON.stringify(present) === JSON.stringify(next) ? present : next));
    document.title = [...items.map((crumb) => crumb.label).reverse(), 'Nabla'].join(' · ');
  }, [setPlace, items, project]);
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
