'use client';
import { ErrorState } from '../../ui/states.tsx';

/** A fault in a page of the dashboard itself: the frame stays usable. */
export default function AppError({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  const reference = error.digest === undefined ? '' : ` (reference ${error.digest})`;
  return (
    <ErrorState
      heading="h1"
      title="This page has failed"
      message={`${error.message}${reference}`}
      onRetry={reset}
    />
  );
}
