/** @file Adapters as others read them: the names and files of PEFT (https://huggingface.co/docs/peft), or merged into the base. */
import type { Architecture } from './architecture.ts';
import { moduleOf, targetModule } from './huggingFaceNames.ts';
import { transposed, type HuggingFaceTensor } from './huggingFaceWeights.ts';
import { loraSpecs, type LoraLayout, type NamedPart } from './lora.ts';
import { parameterSpecs, sizeOf, type ProjectionName } from './parameters.ts';

/** What PEFT puts before a module's name in adapter_model.safetensors. */
const PREFIX = 'base_model.model.';

/**
 * The tensors of `adapter_model.safetensors`: for each adapted module `lora_A.weight` [r, in] and `lora_B.weight` [out, r].
 * @param adapters values in the order of `loraSpecs`
 */
export function loraToPeft(
  architecture: Architecture,
  lora: LoraLayout,
  adapters: readonly Float32Array[],
): ReadonlyMap<string, HuggingFaceTensor> {
  const tensors = new Map<string, HuggingFaceTensor>();
  for (const factors of factorsOf(architecture, lora, adapters)) {
    const { layer, part, rows, a, b } = factors;
    const adapted = `${PREFIX}${moduleOf(architecture, layer, firstName(part))}`;
    tensors.set(`${adapted}.lora_A.weight`, {
      shape: [lora.rank, rows],
      get data() {
        return transposed(a(), rows, lora.rank);
      },
    });
    tensors.set(`${adapted}.lora_B.weight`, {
      shape: [part.width, lora.rank],
      get data() {
        return transposed(b, lora.rank, part.width);
      },
    });
  }
  return tensors;
}

/** The content of `adapter_config.json`. */
export function peftConfig(
  architecture: Architecture,
  lora: LoraLayout,
  base: { readonly source: string; readonly revision: string | null },
): Record<string, unknown> {
  const parts = [...lora.projections.values()].flatMap((projection) => projection.parts);
  return {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: base.source,
    revision: base.revision,
    inference_mode: true,
    r: lora.rank,
    lora_alpha: lora.alpha,
    lora_dropout: 0,
    bias: 'none',
    // GPT-2 keeps its matrices as [in, out].
    fan_in_fan_out: architecture.family === 'gpt2',
    target_modules: parts.map((part) => targetModule(architecture, firstName(part))),
  };
}

/**
 * W + alpha / rank · A B: the base with its adapters in it, as plain loops, for no engine is needed to write files.
 * @param base values in the order of `parameterSpecs` @param adapters in the order of `loraSpecs`
 * @returns in the order of `parameterSpecs`; what no adapter changes is the array given
 */
export function mergeAdapters(
  architecture: Architecture,
  lora: LoraLayout,
  base: readonly Float32Array[],
  adapters: readonly Float32Array[],
): Float32Array[] {
  const specs = parameterSpecs(architecture);
  const places = new Map(specs.map(({ name }, index) => [name, index]));
  const merged = [...base];
  for (const { layer, name, part, rows, columns, a, b } of factorsOf(architecture, lora, adapters)) {
    const place = places.get(`layers.${layer}.${name}`) ?? -1;
    const given = base[place];
    const before = merged[place];
    if (!given || !before || given.length !== rows * columns)
      throw new Error(
        `mergeAdapters: the base has no layers.${layer}.${name} of ${rows} × ${columns} values`,
      );
    // Parts of one matrix are merged one after another, into one copy.
    const target = before === given ? given.slice() : before;
    merged[place] = target;
    addProduct(target, columns, part, a(), b, lora);
  }
  return merged;
}

interface Factors {
  readonly layer: number;
  readonly name: ProjectionName;
  readonly part: NamedPart;
  /** Of the fused matrix. */
  readonly rows: number;
  readonly columns: number;
  /** [rows, r], taken from between its neighbours when called. */
  readonly a: () => Float32Array;
  /** [r, width] */
  readonly b: Float32Array;
}

function factorsOf({ layers }: Architecture, lora: LoraLayout, adapters: readonly Float32Array[]): Factors[] {
  const specs = loraSpecs(layers, lora);
  const values = new Map(
    specs.map(({ name, shape }, index) => [name, checked(name, shape, adapters[index])]),
  );
  const get = (name: string): Float32Array => values.get(name) ?? checked(name, [], undefined);
  return Array.from({ length: layers }, (_, layer) =>
    [...lora.projections].flatMap(([name, { parts, rows, columns }]) =>
      parts.map((part, index): Factors => {
        const prefix = `layers.${layer}.${name}.lora`;
        const all = get(`${prefix}.a`);
        const a = () => columnsOf(all, parts.length * lora.rank, index * lora.rank, lora.rank);
        return { layer, name, part, rows, columns, a, b: get(`${prefix}.b.${part.names.join('')}`) };
      }),
    ),
  ).flat();
}

function addProduct(
  target: Float32Array,
  columns: number,
  { start, width }: NamedPart,
  a: Float32Array,
  b: Float32Array,
  { rank, scale }: LoraLayout,
): void {
  const sums = new Float64Array(width);
  for (let row = 0; row * columns < target.length; row++) {
    sums.fill(0);
    for (let inner = 0; inner < rank; inner++) {
      const factor = scale * (a[row * rank + inner] ?? NaN);
      for (let column = 0; column < width; column++)
        sums[column] = (sums[column] ?? NaN) + factor * (b[inner * width + column] ?? NaN);
    }
    const first = row * columns + start;
    for (let column = 0; column < width; column++)
      target[first + column] = (target[first + column] ?? NaN) + (sums[column] ?? NaN);
  }
}

function columnsOf(values: Float32Array, columns: number, start: number, width: number): Float32Array {
  const rows = values.length / columns;
  const result = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++)
    result.set(values.subarray(row * columns + start, row * columns + start + width), row * width);
  return result;
}

function checked(name: string, shape: readonly number[], values: Float32Array | undefined): Float32Array {
  if (values?.length !== sizeOf(shape))
    throw new Error(`adapters: ${name} has ${values?.length ?? 'no'} values instead of ${sizeOf(shape)}`);
  return values;
}

function firstName({ names: [name] }: NamedPart): NamedPart['names'][number] {
  if (name === undefined) throw new Error('adapters: a part without a projection');
  return name;
}
