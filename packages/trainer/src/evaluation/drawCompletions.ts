/** @file Draws the completions of an evaluation. */
import type * as tf from '@tensorflow/tfjs-core';

import type { Backend } from '../backend/backend.ts';
import { padPrompts } from '../batch.ts';
import type { PolicyModel } from '../model/policyModel.ts';
import { createSampler, type Sampler } from '../rollout.ts';
import { STREAMS } from '../streams.ts';
import { samplerKey, type Drawing } from './drawings.ts';

export interface Drawn {
  /** With the end-of-sequence token, if it ends. */
  readonly ids: Int32Array;
  readonly logp: Float32Array;
  readonly truncated: boolean;
}

export interface Drawer {
  /**
   * The drawing's completions of each prompt, prompt after prompt.
   * @param weights the decoder's whole list
   * @param setIndex keys the noise
   */
  draw(weights: readonly tf.Tensor[], drawing: Drawing, setIndex: number): Promise<Drawn[][]>;
  dispose(): void;
}

export interface DrawerParts {
  readonly backend: Backend;
  readonly model: Pick<PolicyModel, 'decoder' | 'tokenizer'>;
  readonly seed: number;
  readonly maxNewTokens: number;
  readonly xla: boolean;
}

/** Calls of the sampler that one set may make: their noise is keyed by set · this + call. */
const CALLS_PER_SET = 2 ** 16;

export function createDrawer({ backend, model, seed, maxNewTokens, xla }: DrawerParts): Drawer {
  const { tokenizer } = model;
  const samplers = new Map<string, Sampler>();

  function samplerOf(drawing: Drawing): Sampler {
    const { groupSize, temperature } = drawing;
    const key = samplerKey(drawing);
    const known = samplers.get(key);
    if (known) return known;
    const sampler = createSampler(backend, model.decoder, {
      maxNewTokens,
      groupSize,
      temperature: temperature === 'greedy' ? 1 : temperature,
      greedy: temperature === 'greedy',
      eosIds: tokenizer.eosIds,
      padId: tokenizer.padId,
      seed,
      stream: STREAMS.evaluationSampling,
      xla,
    });
    samplers.set(key, sampler);
    return sampler;
  }

  return {
    async draw(weights, drawing, setIndex) {
      const { count, groupSize, promptsAtATime, width } = drawing;
      const { prompts } = drawing.set;
      const sampler = samplerOf(drawing);
      const drawn: Drawn[][] = prompts.map(() => []);
      let call = setIndex * CALLS_PER_SET;
      for (let start = 0; start < prompts.length; start += promptsAtATime) {
        const chunk = Array.from({ length: promptsAtATime }, (_, row) =>
          Math.min(start + row, prompts.length - 1),
        );
        const padded = padPrompts(
          chunk.map((index) => prompts[index]?.ids ?? []),
          width,
          tokenizer.padId,
        );
        for (let have = 0; have < count; have += groupSize) {
          const completions = await sampler.sample(weights, padded, call++);
          const { ids, logp, lengths, truncated, width: columns } = completions;
          for (let row = 0; row < padded.rows * groupSize; row++) {
            const place = start + Math.floor(row / groupSize);
            const list = drawn[place];
            if (!list || list.length >= Math.min(count, have + groupSize)) continue;
            const [from, length] = [row * columns, lengths[row] ?? 0];
            list.push({
              ids: ids.slice(from, from + length),
              logp: logp.slice(from, from + length),
              truncated: truncated[row] ?? false,
            });
          }
        }
      }
      return drawn;
    },
    dispose() {
      for (const sampler of samplers.values()) sampler.dispose();
    },
  };
}
