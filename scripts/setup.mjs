/** @file `npm run setup`: everything `npm start` and `npm test` need, and nothing started. */
import { requireNode } from './lib/nodeVersion.mjs';

requireNode();
const { createProgress } = await import('./lib/progress.mjs');
const { reportFailure } = await import('./lib/failure.mjs');
const { ensureDashboardBuild, ensureDependencies, ensureNativeBackend, ensurePrismaClient, exclusively } =
  await import('./lib/steps.mjs');

const progress = createProgress();
try {
  await exclusively(progress, async () => {
    await ensureDependencies(progress);
    await ensurePrismaClient(progress);
    await Promise.all([ensureNativeBackend(progress), ensureDashboardBuild(progress)]);
  });
  progress.line('  Ready: npm start');
} catch (error) {
  reportFailure(progress, error);
  process.exitCode = 1;
} finally {
  progress.close();
}
