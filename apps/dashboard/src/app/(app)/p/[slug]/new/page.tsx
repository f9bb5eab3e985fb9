import { NewRunPage } from '../../../../../features/newRun/NewRunPage.tsx';

export default async function Route({ params }: { params: Promise<{ slug: string }> }) {
  const { slug } = await params;
  return <NewRunPage slug={slug} />;
}
