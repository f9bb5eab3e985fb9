/** `nabla worker`: what ends it at once, and with which exit code. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nabla } from './cliProcess.ts';
import { createFixture, type Fixture } from './fixture.ts';

let house: Fixture;
let cwd: string;
beforeAll(async () => {
  house = await createFixture();
  cwd = await house.folder();
});
afterAll(() => house.close());

it('ends with 3 where its key is refused, and with 2 where its settings are wrong, each in a sentence', async () => {
  const env = { NABLA_API_URL: house.url, NABLA_API_KEY: 'nbl_wrong' };
  const refused = await nabla(['worker', '--backend', 'wasm', '--dir', 'w'], { cwd, env });
  expect(refused.exitCode, refused.output).toBe(3);
  expect(refused.output).not.toContain('    at ');
  const wrong = await nabla(['worker', '--dir', 'w', '--lease', '1'], { cwd, env });
  expect([wrong.exitCode, wrong.output]).toEqual([2, expect.stringContaining('NABLA_LEASE_SECONDS')]);
});
