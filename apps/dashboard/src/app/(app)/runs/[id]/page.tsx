import { RunPage } from '../../../../features/run/RunPage.tsx';

export default async function Route({ params }: { readonly params: Promise<{ readonly id: string }> }) {
  const { id } = await params;
  return <RunPage key={id} id={decodeURIComponent(id)} />;
}
