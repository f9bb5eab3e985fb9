/**
 * @file What XLA costs and saves (`workload.ts`) over models of several depths and widths, batches and lengths: the first call and the
 * later ones of decoding, update and scoring, each with XLA and without. Prints a table, the costs that fit it beside those of
 * `backend/xla.ts`, in the form in which they stand there, and one JSON line.
 *
 * Run: tsx src/bench/xlaBench.ts [--quick]. --quick: three small models, to see that it runs; their fit says nothing.
 */
import { openBackend, type Backend } from '../backend/backend.ts';
import { compileSeconds, savedMs, XLA_COSTS, type XlaCost, type XlaKind } from '../backend/xla.ts';
import { decodeWork } from '../stageXla.ts';
import { median, round } from './statistics.ts';
import { createWorkload, USUAL, type Size } from './workload.ts';
import { fitCost, type XlaPoint } from './xlaFit.ts';

const KINDS = ['decode', 'update', 'score'] as const satisfies readonly XlaKind[];

/** Calls until TensorFlow has settled, and then those that are measured. */
const CALLS = { settling: 4, measured: 6 } as const;

type Change = Partial<Omit<Size, 'heads' | 'feedForward'>>;

function sizeOf(change: Change): Size {
  const size = { ...USUAL, ...change };
  return { ...size, heads: size.width / 32, feedForward: 3 * size.width };
}

/** Every depth with every width; then more and fewer rows, and longer completions. */
const GRID: readonly Size[] = [
  ...[2, 4, 8].flatMap((layers) => [64, 128, 384].map((width) => sizeOf({ layers, width }))),
  ...[{ group: 2 }, { group: 32 }, { completionTokens: 8 }, { completionTokens: 96 }].map(sizeOf),
];
const QUICK: readonly Size[] = [
  { layers: 2, width: 64, group: 2 },
  { layers: 4, width: 64, group: 2 },
  { layers: 2, width: 128, group: 8, completionTokens: 8 },
].map(sizeOf);

interface Times {
  readonly firstMs: number;
  /** Median of the later calls. */
  readonly laterMs: number;
}

async function timesOf(backend: Backend, size: Size, xla: boolean): Promise<Record<XlaKind, Times>> {
  const work = createWorkload(backend, size, xla);
  const taken: Record<XlaKind, number[]> = { decode: [], update: [], score: [] };
  for (let call = 0; call < 1 + CALLS.settling + CALLS.measured; call++) {
    const { rolloutMs, updateMs } = await work.step();
    taken.decode.push(rolloutMs);
    taken.update.push(updateMs);
    taken.score.push(await work.forward());
  }
  work.dispose();
  const times = (all: readonly number[]): Times => ({
    firstMs: all[0] ?? NaN,
    laterMs: median(all.slice(1 + CALLS.settling)),
  });
  return { decode: times(taken.decode), update: times(taken.update), score: times(taken.score) };
}

async function pointsOf(backend: Backend, size: Size): Promise<XlaPoint[]> {
  const plain = await timesOf(backend, size, false);
  const xla = await timesOf(backend, size, true);
  const { layers, width, prompts, group, promptTokens, completionTokens } = size;
  const tokens = prompts * group * (promptTokens + completionTokens);
  const decode = decodeWork({
    calls: 1,
    prompts,
    groupSize: group,
    promptTokens,
    completionTokens,
    shapes: 1,
  });
  return KINDS.map((kind) => {
    const extra = ({ firstMs, laterMs }: Times) => firstMs - laterMs;
    return {
      kind,
      layers,
      width,
      passes: kind === 'decode' ? decode.passes : 1,
      tokens: kind === 'decode' ? decode.tokens : tokens,
      plainMs: plain[kind].laterMs,
      savedMs: plain[kind].laterMs - xla[kind].laterMs,
      // Without XLA the function is recorded as well: that is not XLA's cost.
      compileSeconds: (extra(xla[kind]) - extra(plain[kind])) / 1000,
    };
  });
}

function printPoints(points: readonly XlaPoint[], fitted: Readonly<Record<XlaKind, XlaCost>>): void {
  const header = [
    '',
    'layers',
    'width',
    'passes',
    'tokens',
    'compile s',
    'fit',
    'call ms',
    'saved ms',
    'fit',
  ];
  const rows = points.map((point) => {
    const cost = fitted[point.kind];
    return [
      point.kind,
      point.layers,
      point.width,
      point.passes,
      point.tokens,
      point.compileSeconds.toFixed(2),
      compileSeconds(cost, point.layers).toFixed(2),
      point.plainMs.toFixed(1),
      point.savedMs.toFixed(1),
      savedMs(cost, point).toFixed(1),
    ].map(String);
  });
  for (const [name = '', ...cells] of [header, ...rows])
    console.log(name.padEnd(7) + cells.map((cell) => cell.padStart(10)).join(''));
}

function printCosts(title: string, costs: Readonly<Record<XlaKind, XlaCost>>): void {
  console.log(`\n${title}`);
  for (const kind of KINDS) {
    const cells = Object.entries(costs[kind]).map(([name, value]) => `${name}: ${round(value, 3)}`);
    console.log(`  ${kind}: { ${cells.join(', ')} },`);
  }
}

function byKind<Value>(valueOf: (kind: XlaKind) => Value): Record<XlaKind, Value> {
  return { decode: valueOf('decode'), update: valueOf('update'), score: valueOf('score') };
}

async function main(args: readonly string[]): Promise<void> {
  // Else what an earlier process has compiled is measured.
  process.env.TF_XLA_FLAGS ??= '';
  const backend = await openBackend('native');
  const sizes = args.includes('--quick') ? QUICK : GRID;
  console.error(`${backend.describe()}; ${sizes.length} sizes`);
  // The very first functions of a process pay for TensorFlow's own start, compiled or not.
  for (const xla of [false, true]) await timesOf(backend, sizeOf({ layers: 1, width: 32, group: 1 }), xla);
  const points: XlaPoint[] = [];
  for (const [index, size] of sizes.entries()) {
    const { layers, width, prompts, group, completionTokens } = size;
    console.error(
      `size ${index + 1} of ${sizes.length}: ${layers} layers of width ${width}, ${prompts * group} completions of ${completionTokens} tokens`,
    );
    points.push(...(await pointsOf(backend, size)));
  }
  const fitted = byKind((kind) => fitCost(points.filter((point) => point.kind === kind)));
  printPoints(points, fitted);
  printCosts('XLA_COSTS in packages/trainer/src/backend/xla.ts', XLA_COSTS);
  printCosts('what fits these measurements', fitted);
  console.log(JSON.stringify({ name: 'xla', figures: { fitted, inCode: XLA_COSTS, points } }));
}

await main(process.argv.slice(2));
