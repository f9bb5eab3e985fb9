/** @file For tests: the same assertions on every backend that this machine has. */
import { beforeAll, describe } from 'vitest';

import { openBackend, type Backend, type BackendKind } from './backend.ts';

/** Runs the tests once on each backend. Native ones are skipped, and say why, where it cannot be loaded; `npm test` says where it must be. */
export async function describeOnEachBackend(title: string, tests: (backend: Backend) => void): Promise<void> {
  for (const kind of ['native', 'wasm'] as const) await describeOn(kind, title, tests);
}

/** Runs the tests on one backend; see `describeOnEachBackend`. */
export async function describeOn(
  kind: BackendKind,
  title: string,
  tests: (backend: Backend) => void,
): Promise<void> {
  const opened = await tryOpen(kind);
  if (typeof opened === 'string') {
    describe.skip(`${title} on ${kind} (${opened})`, () => undefined);
    return;
  }
  describe(`${title} on ${kind}`, () => {
    // Several backends live in one process and one of them is current: each group takes its own back before it runs.
    beforeAll(async () => {
      if (!(await opened.tf.setBackend(kind === 'native' ? 'tensorflow' : 'wasm'))) {
        throw new Error(`The backend ${kind} was opened but cannot be taken back`);
      }
    });
    tests(opened);
  });
}

async function tryOpen(kind: BackendKind): Promise<Backend | string> {
  try {
    return await openBackend(kind);
  } catch (error) {
    // wasm works everywhere, and native where it was installed: a failure is a failure.
    if (kind === 'wasm' || process.env.NABLA_EXPECT_NATIVE === '1') throw error;
    return error instanceof Error ? error.message : String(error);
  }
}
