import { ComparePage } from '../../../features/compare/ComparePage.tsx';

export default function Route() {
  return <ComparePage />;
}
