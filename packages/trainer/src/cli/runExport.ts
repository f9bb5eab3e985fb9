/** @file `nabla export`, from its options to what it prints. */
import path from 'node:path';

import { CheckpointError } from '../checkpoint/checkpointError.ts';
import { readCheckpointFile } from '../checkpoint/checkpointFile.ts';
import { TrainerError } from '../errors.ts';
import { exportModel } from '../huggingFace/exportModel.ts';
import { CliError, EXIT } from './cliError.ts';
import { findPolicy } from './policySource.ts';
import { Progress } from './progress.ts';
import { terminal } from './terminal.ts';

export interface ExportCommandOptions {
  readonly out: string;
  readonly step?: number;
  readonly format: 'hugging_face' | 'peft';
  readonly dtype: 'float32' | 'bfloat16';
  readonly base?: string;
  readonly models: string;
  readonly json?: boolean;
}

export async function runExport(given: string, options: ExportCommandOptions): Promise<void> {
  const source = await findPolicy(given, { step: options.step });
  if (source.kind !== 'checkpoint')
    throw new CliError(
      EXIT.usage,
      `${given} is a Hugging Face model already: export takes a checkpoint, or the folder of a run`,
    );
  const progress = new Progress(terminal());
  try {
    const state = await readCheckpointFile(source.file, source.sha256);
    const { dir, files, parameters } = await exportModel({
      state,
      out: options.out,
      format: options.format,
      dtype: options.dtype === 'float32' ? 'F32' : 'BF16',
      base: options.base,
      modelsDir: options.models,
      name: path.basename(path.resolve(given)),
      onProgress: (message) => progress.say(message),
    });
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    progress.say(
      `step ${state.step}: ${parameters.toLocaleString('en')} parameters, ${(bytes / 1e6).toFixed(1)} MB in ${files.length} files in ${path.relative(process.cwd(), dir) || '.'}`,
    );
    if (options.json === true)
      process.stdout.write(`${JSON.stringify({ dir, step: state.step, parameters, files }, null, 2)}\n`);
  } catch (error) {
    if (error instanceof TrainerError || error instanceof CheckpointError)
      throw new CliError(EXIT.usage, error.message, { cause: error });
    throw error;
  }
}
