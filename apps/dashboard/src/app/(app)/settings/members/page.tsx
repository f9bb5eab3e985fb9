import { MembersPage } from '../../../../features/settings/MembersPage.tsx';

export default function Route() {
  return <MembersPage />;
}
