import { InvitesPage } from '../../../../features/settings/InvitesPage.tsx';

export default function Route() {
  return <InvitesPage />;
}
