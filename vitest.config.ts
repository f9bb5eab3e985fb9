/** @file Vitest projects: unit (no services), db (a real PostgreSQL), browser (a real browser against the real house), start (npm start itself). */
import { configDefaults, defineConfig } from 'vitest/config';

const never = [...configDefaults.exclude, '**/.next*/**', '**/.nabla/**', 'test/src/lint/fixtures/**'];
const db = '**/*.db.test.ts';
const browser = '**/*.browser.test.ts';
const start = 'test/src/start/**/*.test.ts';

export default defineConfig({
  // Vite would take graphql's ES build while Nexus, being CommonJS, takes the other one: graphql refuses to be two.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    // Forks, not threads: the native TensorFlow binding holds process-wide state. Two, because the smallest machine we promise has two cores.
    pool: 'forks',
    maxWorkers: 2,
    reporters: ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['**/*.test.{ts,tsx,mjs}'],
          exclude: [...never, db, browser, start],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'db',
          include: [db],
          exclude: never,
          globalSetup: ['./packages/db/src/testing/globalSetup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: [browser],
          exclude: never,
          // One at a time: each starts the whole house.
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'start',
          include: [start],
          exclude: never,
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
