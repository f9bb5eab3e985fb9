import { GraphiqlPage } from '../../../features/graphiql/GraphiqlPage.tsx';

export default function Route() {
  return <GraphiqlPage />;
}
