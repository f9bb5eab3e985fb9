import type { Metadata } from 'next';
import { ButtonLink } from '../ui/Button.tsx';
import { EmptyState } from '../ui/states.tsx';

export const metadata: Metadata = { title: 'Not found · Nabla' };

export default function NotFound() {
  return (
    <main>
      <EmptyState
        heading="h1"
        title="There is nothing at this address"
        action={<ButtonLink href="/projects">To the projects</ButtonLink>}
      >
        The link may be mistyped, or what it led to belongs to another workspace.
      </EmptyState>
    </main>
  );
}
