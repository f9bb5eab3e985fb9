import { PromptSetsPage } from '../../../../../features/prompts/PromptSetsPage.tsx';

export default async function Route({ params }: { params: Promise<{ slug: string }> }) {
  const { slug } = await params;
  return <PromptSetsPage slug={slug} />;
}
