/** @file Which fields matter now: some apply only beside certain choices, some are rarely touched and wait under "More". */
import type { FormMember, UnionOption } from './formNode.ts';
import { type Path, valueAt } from './draft.ts';

/** The value in force of a member of the same object: what is written, else the default. */
type Sibling = (key: string) => unknown;
interface Rule {
  /** Whether the field has a meaning beside the present choices; always when absent. */
  readonly applies?: (sibling: Sibling) => boolean;
  readonly rare?: boolean;
  /** Follows from another choice: where it does not apply there is nothing to say of it. */
  readonly implied?: boolean;
}

const is =
  (key: string, ...values: readonly unknown[]) =>
  (sibling: Sibling): boolean =>
    values.includes(sibling(key));
const rare: Rule = { rare: true };
const ratio = is('loss', 'clip', 'gspo', 'cispo');
const penalised = (sibling: Sibling): boolean => sibling('beta') !== 0;

/** By path in the configuration, `*` for places in lists. */
const RULES: Readonly<Record<string, Rule>> = {
  xla: { rare: true, applies: (sibling) => sibling('backend') !== 'wasm' },
  tokenizer: { implied: true, applies: (sibling) => valueAt(sibling('model'), ['kind']) !== 'hugging_face' },

  'model.kvHeads': rare,
  'model.ropeTheta': rare,
  'model.tieEmbeddings': rare,
  'model.initStd': rare,
  'model.revision': rare,
  'model.maxContextTokens': rare,
  'model.system': { applies: is('promptFormat', 'chat') },

  'rewards.*.clip': rare,
  'rewards.*.normalise': rare,
  'rewards.*.timeoutMs': rare,
  'rewards.*.memoryMb': rare,
  'rewards.*.batchSize': rare,
  'rewards.*.concurrency': rare,
  'rewards.*.retries': rare,

  'policyGradient.topK': rare,
  'policyGradient.topP': rare,
  'policyGradient.minP': rare,
  'policyGradient.baseline': { applies: is('advantage', 'constant') },
  'policyGradient.baselineDecay': { applies: is('advantage', 'ema') },
  'policyGradient.gae': { applies: is('advantage', 'gae') },
  'policyGradient.epsilonLow': { applies: ratio },
  'policyGradient.epsilonHigh': { applies: ratio },
  'policyGradient.dualClip': { rare: true, applies: is('loss', 'clip') },
  'policyGradient.importanceCap': rare,
  'policyGradient.entropyBonus': rare,
  'policyGradient.dynamicSampling': rare,
  'policyGradient.innerEpochs': { applies: ratio },
  'policyGradient.miniBatches': { rare: true, applies: ratio },
  'policyGradient.microBatchSize': rare,

  'policyGradient.kl.estimator': { applies: penalised },
  'policyGradient.kl.placement': { applies: penalised },
  'policyGradient.kl.reference': { applies: penalised },
  'policyGradient.kl.checkpoint': { applies: (at) => penalised(at) && is('reference', 'checkpoint')(at) },
  'policyGradient.kl.syncEverySteps': { applies: (at) => penalised(at) && is('reference', 'previous')(at) },
  'policyGradient.kl.mixing': {
    rare: true,
    applies: (at) => penalised(at) && is('reference', 'previous')(at),
  },
  'policyGradient.kl.adaptive': { rare: true, applies: penalised },

  'checkpoint.keepEvery': rare,
  'checkpoint.keepBest': rare,
  'checkpoint.bestMetric': { rare: true, applies: (sibling) => sibling('keepBest') !== 0 },
  'checkpoint.bestIs': { rare: true, applies: (sibling) => sibling('keepBest') !== 0 },
  ...Object.fromEntries(
    ['policyGradient.optimizer', 'warmup.optimizer'].flatMap((optimizer) => [
      [`${optimizer}.beta1`, rare],
      [`${optimizer}.beta2`, rare],
      [`${optimizer}.epsilon`, rare],
      [`${optimizer}.weightDecay`, rare],
      [`${optimizer}.schedule.finalFraction`, { applies: is('kind', 'linear', 'cosine') }],
    ]),
  ),
};

export interface Arranged {
  readonly main: ReadonlyArray<FormMember>;
  readonly more: ReadonlyArray<FormMember>;
  /** Written although nothing uses them beside the present choices. */
  readonly unused: ReadonlyArray<FormMember>;
}

/**
 * Where each member of the object at `path` belongs.
 * @param broken whether there are errors at a member or below it: what is wrong is never out of sight.
 */
export function arrange(
  members: ReadonlyArray<FormMember>,
  path: Path,
  value: unknown,
  broken: (key: string) => boolean,
): Arranged {
  const written = (key: string): unknown => valueAt(value, [...path, key]);
  const sibling: Sibling = (key) =>
    written(key) ?? members.find((member) => member.key === key)?.node.fallback;
  const main: FormMember[] = [];
  const more: FormMember[] = [];
  const unused: FormMember[] = [];
  for (const member of members) {
    const rule = RULES[[...path, member.key].map((key) => (typeof key === 'number' ? '*' : key)).join('.')];
    const applies = rule?.applies?.(sibling) ?? true;
    if (!applies && !broken(member.key)) {
      if (rule?.implied !== true && isSet(value, path, member)) unused.push(member);
    } else if (rule?.rare === true) more.push(member);
    else main.push(member);
  }
  return { main, more, unused };
}

/** Whether something else than the default is written. */
export function isSet(value: unknown, path: Path, { key, node }: FormMember): boolean {
  const written = valueAt(value, [...path, key]);
  // A part that is always there is what its members are.
  if (node.type === 'object' && !node.optional)
    return node.members.some((member) => isSet(value, [...path, key], member));
  return (
    written !== undefined && written !== null && JSON.stringify(written) !== JSON.stringify(node.fallback)
  );
}

/** The alternatives that can be chosen here: a model from scratch brings no tokenizer, and a form no function. */
export function choosable(
  path: Path,
  options: ReadonlyArray<UnionOption>,
  value: unknown,
): ReadonlyArray<UnionOption> {
  const impossible =
    path.join('.') === 'tokenizer' ? 'model' : path[0] === 'rewards' && path.length === 2 ? 'function' : null;
  // Written all the same: then it shows, with what is wrong about it.
  if (impossible === null || valueAt(value, [...path, 'kind']) === impossible) return options;
  return options.filter(({ kind }) => kind !== impossible);
}

/** What a part begins with when it is switched on. */
export function freshPart(key: string): Record<string, unknown> {
  switch (key) {
    case 'warmup':
      return { steps: 100 };
    case 'evaluation':
      return { sets: [{ name: 'held_out' }] };
    case 'adaptive':
      return { target: 6 };
    default:
      return {};
  }
}
