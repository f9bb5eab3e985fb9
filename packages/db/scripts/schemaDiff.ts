/**
 * @file Postgres DDL from Prisma schemas, through Prisma's schema engine as WebAssembly: the package
 * `@prisma/schema-engine-wasm` needs no downloaded binary, unlike `prisma migrate diff`. Its introspection of a live
 * database fails on `"char"` columns, so only schema files are compared here. The engine still wants a connection.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as engineModule from '@prisma/schema-engine-wasm/schema_engine_bg';

/**
 * The DDL that turns a database of the schema `from` (null: an empty database) into one of the schema `to`.
 * Both are the text of a schema.prisma; `url` is any database that answers, nothing in it is read or changed.
 * Throws the engine's message when a schema is invalid.
 */
export async function schemaDiff(url: string, from: string | null, to: string): Promise<string> {
  const engine = await loadEngine(url, to);
  try {
    const result = await engine.diff({
      from:
        from === null
          ? { tag: 'empty' }
          : { tag: 'schemaDatamodel', files: [{ path: 'from.prisma', content: from }] },
      to: { tag: 'schemaDatamodel', files: [{ path: 'to.prisma', content: to }] },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    });
    return result.stdout ?? '';
  } finally {
    engine.free();
  }
}

let loading: Promise<void> | null = null;

/** The glue module keeps views of one instance's memory, so there must be one instance per process. */
async function loadEngine(url: string, schema: string): Promise<engineModule.SchemaEngine> {
  loading ??= instantiate();
  await loading;
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg(url));
  return engineModule.SchemaEngine.new({ datamodels: [['schema.prisma', schema]] }, () => undefined, adapter);
}

/** The package's own entry imports the .wasm file, which needs a bundler. */
async function instantiate(): Promise<void> {
  const require = createRequire(import.meta.url);
  const file = require.resolve('@prisma/schema-engine-wasm/schema_engine_bg').replace(/\.js$/, '.wasm');
  const { instance } = await WebAssembly.instantiate(await readFile(file), {
    './schema_engine_bg.js': { ...engineModule },
  });
  const start = instance.exports['__wbindgen_start'];
  if (typeof start !== 'function')
    throw new Error(`${file} is not a schema engine: it exports no __wbindgen_start`);
  setWasm(instance.exports);
  start();
}

/** `__wbg_set_wasm` exists at run time but is missing from the package's type declarations. */
function setWasm(exports: WebAssembly.Exports): void {
  const set: unknown = Reflect.get(engineModule, '__wbg_set_wasm');
  if (typeof set !== 'function')
    throw new Error('@prisma/schema-engine-wasm has no __wbg_set_wasm; was it upgraded?');
  set(exports);
}
