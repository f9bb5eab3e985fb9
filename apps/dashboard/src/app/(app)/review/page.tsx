import { ReviewIndexPage } from '../../../features/review/ReviewIndexPage.tsx';

export default function Route() {
  return <ReviewIndexPage />;
}
