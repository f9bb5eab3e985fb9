'use client';
import { ErrorState } from '../ui/states.tsx';
import '../ui/base.css';

/** A fault in the frame itself. */
export default function GlobalError({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  return (
    <html lang="en">
      <body>
        <title>Failed · Nabla</title>
        <main>
          <ErrorState heading="h1" title="The dashboard has failed" message={error.message} onRetry={reset} />
        </main>
      </body>
    </html>
  );
}
