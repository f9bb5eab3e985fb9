import { KeysPage } from '../../../../features/settings/KeysPage.tsx';

export default function Route() {
  return <KeysPage />;
}
