/** @file What tests of other packages need from this one. */
export { createTestDatabase, TEST_SERVER_VARIABLE } from './createTestDatabase.ts';
export { default as startTestServer } from './globalSetup.ts';
export { seedClaimedRun, seedRun, seedWorker, seedWorkspace, type Seed } from './seed.ts';
