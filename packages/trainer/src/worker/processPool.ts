/** @file Training processes, one for each run: a fresh one knows nothing of the run before, and the next is warm before it is needed. */
import type { EngineInfo } from './protocol.ts';
import { type EngineChoice, TrainingProcess } from './trainingProcess.ts';

export class ProcessPool {
  readonly #engine: EngineChoice;
  #warm: TrainingProcess | undefined;

  /** @param engine what this machine's owner allows: wasm only, native only, or the better one. */
  constructor(engine: EngineChoice) {
    this.#engine = engine;
  }

  /** Starts the next process, and tells its engine. @throws Error when the engine cannot be opened. */
  async warm(): Promise<EngineInfo> {
    this.#warm ??= new TrainingProcess(this.#engine);
    try {
      return await this.#warm.ready;
    } catch (error) {
      this.#warm = undefined;
      throw error;
    }
  }

  /**
   * A process for a run that asks for `wanted`.
   * @throws Error when this machine's owner does not allow it, or the engine cannot be opened.
   */
  async take(wanted: EngineChoice): Promise<TrainingProcess> {
    if (wanted === 'native' && this.#engine === 'wasm')
      throw new Error(
        'the run asks for the native backend, but this worker was started with the wasm backend only',
      );
    const info = await this.warm();
    const warm = this.#warm;
    if (warm !== undefined && (wanted === 'auto' || wanted === info.backend)) {
      this.#warm = undefined;
      return warm;
    }
    const other = new TrainingProcess(wanted);
    await other.ready;
    return other;
  }

  async close(): Promise<void> {
    await this.#warm?.close();
    this.#warm = undefined;
  }
}
