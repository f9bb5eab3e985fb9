import { PromptSetPage } from '../../../../../../features/prompts/PromptSetPage.tsx';

export default async function Route({ params }: { params: Promise<{ slug: string; id: string }> }) {
  const { slug, id } = await params;
  return <PromptSetPage slug={slug} id={decodeURIComponent(id)} />;
}
