import { RunsPage } from '../../../../features/runs/RunsPage.tsx';

export default async function Route({ params }: { params: Promise<{ slug: string }> }) {
  const { slug } = await params;
  return <RunsPage key={slug} slug={slug} />;
}
