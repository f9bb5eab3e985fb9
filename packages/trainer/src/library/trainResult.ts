/** @file What `train` leaves: the trained policy in plain memory, apart from any engine. */
import type { RunConfig } from '@nabla/domain';

import { saveCheckpoint, type StoredCheckpoint } from '../checkpoint/checkpointStore.ts';
import { exportModel, type ExportResult } from '../huggingFace/exportModel.ts';
import type { SessionState } from '../sessionState.ts';

export interface TrainResultParts {
  readonly config: RunConfig;
  readonly state: SessionState;
  readonly weightsHash: string;
  readonly isFinished: boolean;
  readonly modelsDir: string;
}

export class TrainResult {
  /** All defaults filled in. */
  readonly config: RunConfig;
  /** Everything: weights, optimizer, counters. `createSession({ restore })` goes on from it. */
  readonly state: SessionState;
  /** SHA-256 (hex): equal hashes, equal weights to the last bit. */
  readonly weightsHash: string;
  /** False when the run was stopped before its last step. */
  readonly isFinished: boolean;
  readonly #modelsDir: string;

  constructor({ config, state, weightsHash, isFinished, modelsDir }: TrainResultParts) {
    this.config = config;
    this.state = state;
    this.weightsHash = weightsHash;
    this.isFinished = isFinished;
    this.#modelsDir = modelsDir;
  }

  /** Last step done. */
  get step(): number {
    return this.state.step;
  }

  /** Writes a checkpoint into the folder, beside those that are there: `nabla sample`, `eval`, `export` and `train --from` read it. */
  save(folder: string): Promise<StoredCheckpoint> {
    return saveCheckpoint(folder, this.state, { ...this.config.checkpoint, keepEvery: 1 });
  }

  /**
   * Writes a Hugging Face directory that transformers loads, or (`peft`) the adapters of a LoRA run alone.
   * @param out a directory that is not there yet, or is empty.
   * @throws TrainerError MODEL
   */
  exportModel(out: string, format: 'hugging_face' | 'peft' = 'hugging_face'): Promise<ExportResult> {
    return exportModel({
      state: this.state,
      out,
      format,
      modelsDir: this.#modelsDir,
      name: this.config.name,
    });
  }
}
