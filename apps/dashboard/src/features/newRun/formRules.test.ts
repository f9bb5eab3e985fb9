import { expect, test } from 'vitest';
import { draftText, readDraft } from './draft.ts';
import { type FormMember, memberOf, runConfigForm } from './formNode.ts';
import { arrange, choosable } from './formRules.ts';

const form = runConfigForm();
const noErrors = (): boolean => false;

/** Keys of the members of the policy gradient, by place. */
function policyGradient(written: object, path: readonly string[] = [], broken = noErrors) {
  const { value } = readDraft(draftText({ policyGradient: { steps: 1, ...written } }));
  let node = memberOf(form, 'policyGradient');
  for (const key of path) node = node && memberOf(node, key);
  if (node?.type !== 'object') throw new Error('no such part');
  const places = arrange(node.members, ['policyGradient', ...path], value, broken);
  const keys = (members: readonly FormMember[]) => members.map(({ key }) => key);
  return { main: keys(places.main), more: keys(places.more), unused: keys(places.unused) };
}

test('what belongs to a choice shows with it', () => {
  expect(policyGradient({}).main).not.toContain('epsilonLow');
  expect(policyGradient({ loss: 'clip' }).main).toEqual(
    expect.arrayContaining(['epsilonLow', 'innerEpochs']),
  );
  expect(policyGradient({ loss: 'clip' }).more).toContain('dualClip');
  expect(policyGradient({ loss: 'gspo' }).more).not.toContain('dualClip');
  expect(policyGradient({ advantage: 'gae' }).main).toContain('gae');
  expect(policyGradient({ advantage: 'constant' }).main).toContain('baseline');
  expect(policyGradient({}, ['kl']).main).toEqual(['beta']);
  const kl = { beta: 0.1, reference: 'previous' };
  expect(policyGradient({ kl }, ['kl']).main).toContain('syncEverySteps');
});

test('a named estimator counts like its settings', () => {
  expect(policyGradient({ preset: 'dapo' }).main).toContain('epsilonHigh');
});

test('what is written and not used is said; a default that is written out is not', () => {
  expect(policyGradient({ epsilonLow: 0.1 }).unused).toEqual(['epsilonLow']);
  expect(policyGradient({ epsilonLow: 0.2 }).unused).toEqual([]);
  expect(policyGradient({ gae: { lambda: 0.5 } }).unused).toEqual(['gae']);
  expect(policyGradient({ gae: { gamma: 1, lambda: 0.95 } }).unused).toEqual([]);
});

test('what is wrong is in sight wherever it would stand', () => {
  const { main, unused } = policyGradient({ epsilonLow: 7 }, [], (key?: string) => key === 'epsilonLow');
  expect(main).toContain('epsilonLow');
  expect(unused).toEqual([]);
});

test('a model from scratch cannot take the tokenizer of a model', () => {
  const tokenizer = memberOf(form, 'tokenizer');
  if (tokenizer?.type !== 'union') throw new Error('no tokenizer');
  const kinds = (value: unknown) =>
    choosable(['tokenizer'], tokenizer.options, value).map(({ kind }) => kind);
  expect(kinds({})).toEqual(['char', 'byte']);
  // Written all the same: it can be seen, and the schema says what is wrong.
  expect(kinds({ tokenizer: { kind: 'model' } })).toContain('model');
});
