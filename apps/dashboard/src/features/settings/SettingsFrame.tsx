'use client';
import type { ReactNode } from 'react';
import { useViewer } from '../../graphql/session.tsx';
import { Page, PageHeader } from '../../ui/PageHeader.tsx';
import { type TabItem, TabLinks } from '../../ui/Tabs.tsx';
import { Crumbs } from '../shell/Crumbs.tsx';

export type SettingsTab = 'profile' | 'members' | 'invites' | 'keys';
const TITLES: Readonly<Record<SettingsTab, string>> = {
  profile: 'Profile',
  members: 'Members',
  invites: 'Invites',
  keys: 'API keys',
};

/** The head of every settings page; only what the viewer's role may see has a tab. */
export function SettingsFrame({
  tab,
  children,
}: {
  readonly tab: SettingsTab;
  readonly children: ReactNode;
}) {
  const viewer = useViewer();
  const shown: ReadonlyArray<SettingsTab> = [
    'profile',
    'members',
    ...(viewer.can('createInvite') ? (['invites'] as const) : []),
    ...(viewer.can('createApiKey') ? (['keys'] as const) : []),
  ];
  const items: ReadonlyArray<TabItem> = shown.map((id) => ({
    id,
    label: TITLES[id],
    href: `/settings/${id}`,
  }));
  return (
    <Page narrow>
      <Crumbs items={[{ label: 'Settings', href: '/settings/profile' }, { label: TITLES[tab] }]} />
      <PageHeader title="Settings" meta={viewer.workspace.name} />
      <TabLinks items={items} current={tab} label="Settings" />
      {children}
    </Page>
  );
}
