import { expect, test } from 'vitest';
import { readEnv } from './env.ts';

test('defaults are those of a laptop', () => {
  expect(readEnv({})).toMatchObject({
    port: 4000,
    host: '127.0.0.1',
    databaseUrl: undefined,
    publicUrl: 'http://localhost:3000',
    demo: true,
  });
});

test('an empty variable is one that is not set', () => {
  expect(readEnv({ API_PORT: '', DATABASE_URL: '', NABLA_DATA: '/data', NABLA_DEMO: '0' })).toMatchObject({
    port: 4000,
    databaseUrl: undefined,
    dataDir: '/data',
    artifactsDir: '/data/artifacts',
    demo: false,
  });
});

test('every wrong variable is named', () => {
  expect(() => readEnv({ API_PORT: '70000', DATABASE_URL: 'mysql://x', PUBLIC_URL: 'ftp://x' })).toThrow(
    /API_PORT[\s\S]*DATABASE_URL[\s\S]*PUBLIC_URL/,
  );
});

test('links are made from the origin of PUBLIC_URL alone', () => {
  expect(readEnv({ PUBLIC_URL: 'https://nabla.example/some/path/' }).publicUrl).toBe('https://nabla.example');
});
