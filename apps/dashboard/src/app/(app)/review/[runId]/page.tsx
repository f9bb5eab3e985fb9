import { ReviewPage } from '../../../../features/review/ReviewPage.tsx';

export default async function Route({ params }: { readonly params: Promise<{ readonly runId: string }> }) {
  const { runId } = await params;
  return <ReviewPage key={runId} runId={decodeURIComponent(runId)} />;
}
