import type { Metadata, Viewport } from 'next';
import { cookies } from 'next/headers';
import type { ReactNode } from 'react';
import { THEME_COOKIE, isTheme } from '../features/shell/theme.ts';
import '../ui/base.css';

export const metadata: Metadata = {
  title: 'Nabla',
  description: 'Policy-gradient training of language models: run, track, query and review.',
};

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#fafaf8' },
    { media: '(prefers-color-scheme: dark)', color: '#101114' },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  // The chosen theme is in the first byte of the page: nothing flashes and no script is needed for it.
  const theme = (await cookies()).get(THEME_COOKIE)?.value;
  return (
    <html lang="en" {...(isTheme(theme) ? { 'data-theme': theme } : {})} suppressHydrationWarning>
      <body>{children}</body>
    </html>
  );
}
