'use client';
/** @file Colours of the design tokens as values, for canvases. */
import { useCallback, useSyncExternalStore } from 'react';

/** Listens to changes of theme: the attribute on <html>, and the system's preference. */
function subscribe(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  const media = window.matchMedia('(prefers-color-scheme: dark)');
  media.addEventListener('change', listener);
  return () => {
    observer.disconnect();
    media.removeEventListener('change', listener);
  };
}

/** The theme in force; changes re-render. */
export function useEffectiveTheme(): 'light' | 'dark' {
  return useSyncExternalStore(
    subscribe,
    () => effectiveTheme(),
    () => 'light',
  );
}

function effectiveTheme(): 'light' | 'dark' {
  const chosen = document.documentElement.dataset['theme'];
  if (chosen === 'light' || chosen === 'dark') return chosen;
  return window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/**
 * A function from a token ("--series-1") to the colour it has now ("rgb(71, 64, 194)"). A custom property's own computed
 * value is still the text `light-dark(…)`, so the colour is read from an element that uses it. The function changes with the theme.
 */
export function useCssColor(): (token: `--${string}`) => string {
  const theme = useEffectiveTheme();
  return useCallback(
    (token) => {
      void theme;
      const probe = document.createElement('span');
      probe.style.color = `var(${token})`;
      probe.style.display = 'none';
      document.body.append(probe);
      const color = getComputedStyle(probe).color;
      probe.remove();
      return color;
    },
    [theme],
  );
}
