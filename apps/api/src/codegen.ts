/** @file `pnpm codegen`: writes Nexus's types and prints the schema. Run it after every change of a type, before `typecheck`. */
import { nexusSchema } from './schema.ts';

// Artifacts are written asynchronously after the schema is made; the process ends when they are.
nexusSchema(true);
