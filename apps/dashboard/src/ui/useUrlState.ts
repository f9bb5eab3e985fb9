'use client';
/** @file State that lives in the query string, so that every view has an address. */
import { usePathname, useSearchParams } from 'next/navigation';
import { useCallback } from 'react';

export type UrlPatch = Readonly<Record<string, string | number | null | undefined>>;
export interface UrlState {
  /** The value of a parameter; null when it is absent. */
  get(name: string): string | null;
  /**
   * Changes parameters; null, undefined and '' remove one. Replaces the history entry unless `push`: filters should not
   * fill the Back button, tabs and selections of another thing should.
   */
  set(patch: UrlPatch, options?: { readonly push?: boolean }): void;
  /** The address of this page with the patch applied, for links. */
  href(patch: UrlPatch): string;
}

export function useUrlState(): UrlState {
  const parameters = useSearchParams();
  const pathname = usePathname();
  const query = parameters.toString();
  const href = useCallback((patch: UrlPatch) => withPatch(pathname, query, patch), [pathname, query]);
  const set = useCallback((patch: UrlPatch, options?: { readonly push?: boolean }) => {
    // From the address bar, not from the last render: two changes in one event must both stay.
    const address = withPatch(window.location.pathname, window.location.search, patch);
    if (options?.push === true) window.history.pushState(null, '', address);
    else window.history.replaceState(null, '', address);
  }, []);
  return { get: (name) => parameters.get(name), set, href };
}

function withPatch(pathname: string, query: string, patch: UrlPatch): string {
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null || value === undefined || value === '') next.delete(name);
    else next.set(name, String(value));
  }
  const text = next.toString();
  return text === '' ? pathname : `${pathname}?${text}`;
}
