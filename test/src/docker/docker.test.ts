import { existsSync, readFileSync } from 'node:fs';
import { join, posix, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { inherited, readDockerfile } from './dockerfile.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const serviceSchema = z.object({
  image: z.string().optional(),
  build: z
    .object({
      context: z.string(),
      dockerfile: z.string(),
      target: z.string(),
      args: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  environment: z.record(z.string(), z.coerce.string()).default({}),
  volumes: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
});
const composeSchema = z.object({
  services: z.record(z.string(), serviceSchema),
  volumes: z.record(z.string(), z.unknown()),
});
const manifestSchema = z.object({
  packageManager: z.string().optional(),
  scripts: z.record(z.string(), z.string()).default({}),
});

const compose = composeSchema.parse(parse(read('docker-compose.yml'), { merge: true }));
const stages = readDockerfile(read('docker/Dockerfile'));
const built = Object.entries(compose.services).flatMap(([name, service]) =>
  service.build ? [{ name, service, build: service.build }] : [],
);

/** Files in which a process's environment variables are named, for the check that compose sets none that nobody reads. */
const READERS: Record<string, readonly string[]> = {
  api: ['apps/api/src/env.ts'],
  dashboard: ['apps/dashboard/src/server/env.ts'],
  trainer: ['packages/trainer/src/worker/env.ts'],
};

describe('docker-compose.yml', () => {
  it('has a database, an API, a dashboard, and a trainer with and without GPU', () => {
    expect(Object.keys(compose.services).sort()).toEqual([
      'api',
      'dashboard',
      'postgres',
      'trainer',
      'trainer-gpu',
    ]);
  });

  it.each(built)('builds $name from a stage that exists', ({ build }) => {
    expect(existsSync(join(ROOT, build.context, build.dockerfile))).toBe(true);
    expect(stages.map((stage) => stage.name)).toContain(build.target);
  });

  it('declares the volumes it uses and waits for services it has', () => {
    for (const service of Object.values(compose.services)) {
      for (const volume of service.volumes) {
        const [source = ''] = volume.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1').split(':');
        if (!source.startsWith('.') && !source.startsWith('/'))
          expect(Object.keys(compose.volumes)).toContain(source);
      }
      for (const other of Object.keys(service.depends_on))
        expect(Object.keys(compose.services)).toContain(other);
    }
  });

  it.each(built)('sets for $name only variables that it reads', ({ service, build }) => {
    const readers = READERS[build.target]?.map(read).join('\n');
    for (const variable of Object.keys(service.environment)) expect(readers).toContain(variable);
  });

  it('holds no secret', () => {
    expect(compose.services.postgres?.environment.POSTGRES_PASSWORD).toMatch(/^\$\{POSTGRES_PASSWORD:\?/);
  });
});

describe('docker/Dockerfile', () => {
  it('copies only what the repository has', () => {
    for (const { instructions } of stages)
      for (const { name, text } of instructions) {
        if (name !== 'COPY' || text.startsWith('--from=')) continue;
        for (const source of text.split(/\s+/).slice(0, -1))
          expect(existsSync(join(ROOT, source)), source).toBe(true);
      }
  });

  it('copies between stages that exist', () => {
    const froms = stages.flatMap((stage) =>
      stage.instructions.flatMap(({ text }) => /^--from=(\S+)/.exec(text)?.[1] ?? []),
    );
    expect(froms.length).toBeGreaterThan(0);
    for (const from of froms) expect(stages.map((stage) => stage.name)).toContain(from);
  });

  it('shows pnpm every package of the workspace, and pins the version package.json pins', () => {
    const text = inherited(stages, 'manifests')
      .map((instruction) => instruction.text)
      .join('\n');
    for (const folder of [
      'apps/api',
      'apps/dashboard',
      'packages/client',
      'packages/db',
      'packages/domain',
      'packages/trainer',
      'test',
    ])
      expect(text).toContain(`${folder}/package.json`);
    expect(text).toContain(manifestSchema.parse(JSON.parse(read('package.json'))).packageManager);
  });

  it('runs only package scripts that exist', () => {
    const calls = stages.flatMap((stage) =>
      stage.instructions.flatMap(({ text }) => [...text.matchAll(/npm --prefix (\S+) run (\S+)/g)]),
    );
    expect(calls.length).toBeGreaterThan(0);
    for (const [, folder = '', script = ''] of calls)
      expect(
        Object.keys(manifestSchema.parse(JSON.parse(read(join(folder, 'package.json')))).scripts),
      ).toContain(script);
  });

  it.each(['api', 'dashboard', 'trainer'])('starts a file that exists in %s, not as root', (target) => {
    const instructions = inherited(stages, target);
    const folder = instructions.findLast(({ name }) => name === 'WORKDIR')?.text ?? '';
    const command = z
      .array(z.string())
      .parse(JSON.parse(instructions.findLast(({ name }) => name === 'CMD')?.text ?? '[]'));
    expect(command.slice(0, 3)).toEqual(['node', '--import', 'tsx']);
    expect(existsSync(join(ROOT, posix.relative('/app', folder), command.at(-1) ?? ''))).toBe(true);
    expect(instructions.findLast(({ name }) => name === 'USER')?.text).toBe('node');
  });
});
