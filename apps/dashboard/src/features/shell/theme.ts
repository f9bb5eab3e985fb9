/** @file The theme: the system's, unless the person chose one. The choice is a cookie, so that the server renders it. */

export const THEME_COOKIE = 'nabla_theme';
export type Theme = 'light' | 'dark';
export type ThemeChoice = Theme | 'system';

export function isTheme(value: unknown): value is Theme {
  return value === 'light' || value === 'dark';
}

/** What was chosen in this browser. Browser only. */
export function chosenTheme(): ThemeChoice {
  const value = document.documentElement.dataset['theme'];
  return isTheme(value) ? value : 'system';
}

/** Applies a choice at once and keeps it for a year. Browser only. */
export function chooseTheme(choice: ThemeChoice): void {
  if (choice === 'system') {
    delete document.documentElement.dataset['theme'];
    document.cookie = `${THEME_COOKIE}=; path=/; max-age=0; samesite=lax`;
    return;
  }
  document.documentElement.dataset['theme'] = choice;
  document.cookie = `${THEME_COOKIE}=${choice}; path=/; max-age=31536000; samesite=lax`;
}
