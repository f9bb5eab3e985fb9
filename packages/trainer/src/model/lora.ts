/** @file Which projections of a decoder have low-rank adapters (arXiv 2106.09685), and the parameters those are made of. */
import type { LoraConfig, LoraTarget } from '@nabla/domain';

import { TrainerError } from '../errors.ts';
import type { AdaptedPart } from '../ops/lora.ts';
import type { Architecture } from './architecture.ts';
import {
  PROJECTION_NAMES,
  projections,
  type ParameterSpec,
  type ProjectionName,
  type ProjectionPart,
} from './parameters.ts';

/** Columns with a factor pair of their own, and the projections they are: one, or GPT-2's three. */
export interface NamedPart extends AdaptedPart {
  readonly names: readonly ProjectionPart['name'][];
}

/** The adapter of one fused matrix. */
export interface AdaptedProjection {
  /** In the order of the columns. */
  readonly parts: readonly NamedPart[];
  readonly rows: number;
  /** E: columns of the fused matrix. */
  readonly columns: number;
}

export interface LoraLayout {
  readonly rank: number;
  readonly alpha: number;
  /** alpha / rank: what the product of the factors is multiplied by. */
  readonly scale: number;
  /** The same in every layer. */
  readonly projections: ReadonlyMap<ProjectionName, AdaptedProjection>;
}

const TARGET_OF: Readonly<Record<ProjectionPart['name'], LoraTarget>> = {
  q: 'q_proj',
  k: 'k_proj',
  v: 'v_proj',
  out: 'o_proj',
  gate: 'gate_proj',
  up: 'up_proj',
  down: 'down_proj',
};

/**
 * GPT-2 has no gate: that target is passed over there. Its query, key and value projection is one module with one pair of
 * factors, so those three targets come together.
 * @throws TrainerError MODEL when the targets name none of the model's projections, or a part of GPT-2's fused one.
 */
export function loraLayout(architecture: Architecture, { rank, alpha, targets }: LoraConfig): LoraLayout {
  const fused = architecture.family === 'gpt2';
  const found = new Map<ProjectionName, AdaptedProjection>();
  const all = projections(architecture);
  for (const name of PROJECTION_NAMES) {
    const { rows, columns, parts } = all[name];
    let start = 0;
    const chosen: NamedPart[] = [];
    for (const part of parts) {
      if (targets.includes(TARGET_OF[part.name]))
        chosen.push({ names: [part.name], start, width: part.width });
      start += part.width;
    }
    if (chosen.length === 0) continue;
    if (fused && name === 'attention.qkv' && chosen.length < parts.length)
      throw new TrainerError(
        'MODEL',
        `GPT-2 projects queries, keys and values in one module (c_attn), which has one adapter: lora.targets must name q_proj, k_proj and v_proj, or none of them`,
      );
    const whole = { names: parts.map((part) => part.name), start: 0, width: columns };
    found.set(name, { rows, columns, parts: fused ? [whole] : chosen });
  }
  if (found.size === 0)
    throw new TrainerError(
      'MODEL',
      `lora.targets (${targets.join(', ')}) name no projection of this ${architecture.family} model`,
    );
  return { rank, alpha, scale: alpha / rank, projections: found };
}

/**
 * The adapters' parameters, layer after layer: for each adapted matrix the first factors side by side [rows, n · r], then the
 * second factor of each part [r, width]. The first start from normals with the deviation 1/√(3 rows), that of the uniform
 * distribution on ±1/√rows which PEFT draws from; the second from zero, so that training begins at the base.
 */
export function loraSpecs(layers: number, layout: LoraLayout): ParameterSpec[] {
  return Array.from({ length: layers }, (_, layer) =>
    [...layout.projections].flatMap(([name, { rows, parts }]): ParameterSpec[] => [
      {
        name: `layers.${layer}.${name}.lora.a`,
        shape: [rows, parts.length * layout.rank],
        kind: 'matrix',
        std: 1 / Math.sqrt(3 * rows),
      },
      ...parts.map((part): ParameterSpec => ({
        name: `layers.${layer}.${name}.lora.b.${part.names.join('')}`,
        shape: [layout.rank, part.width],
        kind: 'matrix',
        std: 0,
      })),
    ]),
  ).flat();
}
