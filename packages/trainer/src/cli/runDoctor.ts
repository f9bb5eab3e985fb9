/** @file `nabla doctor`, from its options to what it prints. */
import os from 'node:os';

import { examine } from '../doctor/examine.ts';
import { gatherFacts } from '../doctor/gatherFacts.ts';
import { report } from '../doctor/report.ts';
import { EXIT } from './cliError.ts';
import type { EngineChoice } from './options.ts';
import { VERSION } from './version.ts';

export interface DoctorCommandOptions {
  readonly backend: EngineChoice;
  readonly models: string;
  readonly json?: boolean;
}

export async function runDoctor({ backend, models, json }: DoctorCommandOptions): Promise<void> {
  const facts = await gatherFacts({
    backend,
    folders: { 'runs and checkpoints': 'runs', models, 'temporary files': os.tmpdir() },
    version: VERSION,
  });
  const diagnosis = examine(facts);
  process.stdout.write(
    json === true ? `${JSON.stringify({ ...diagnosis, facts }, null, 2)}\n` : report(facts, diagnosis),
  );
  process.exitCode = diagnosis.canTrain ? EXIT.ok : EXIT.failed;
}
