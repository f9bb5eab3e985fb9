import { ProfilePage } from '../../../../features/settings/ProfilePage.tsx';

export default function Route() {
  return <ProfilePage />;
}
