import { WorkersPage } from '../../../features/workers/WorkersPage.tsx';

export default function Route() {
  return <WorkersPage />;
}
