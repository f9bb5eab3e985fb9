import type { Metadata } from 'next';
import { SignInPage } from '../../features/signIn/SignInPage.tsx';

export const metadata: Metadata = { title: 'Sign in · Nabla' };

interface Props {
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function Route({ searchParams }: Props) {
  const { token, next, out } = await searchParams;
  return <SignInPage token={one(token)} next={one(next)} signedOut={out !== undefined} />;
}

function one(value: string | string[] | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
