import { ProjectsPage } from '../../../features/projects/ProjectsPage.tsx';

export default function Route() {
  return <ProjectsPage />;
}
