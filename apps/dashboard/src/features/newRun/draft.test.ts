import { PRESETS } from '@nabla/domain';
import { describe, expect, it, test } from 'vitest';
import {
  cloneText,
  draftText,
  editDraft,
  errorsAt,
  errorsWithin,
  readDraft,
  valueAt,
  withError,
} from './draft.ts';
import { type FormNode, memberOf, runConfigForm } from './formNode.ts';

const TEXT = `# my first run
name: adder
task:
  kind: addition # small
policyGradient:
  steps: 10
`;

describe('draft', () => {
  it('reads every preset without an error, and back from its own text', () => {
    for (const preset of PRESETS) {
      const draft = readDraft(draftText(preset.config));
      expect(draft.errors, preset.name).toEqual([]);
      expect(draft.value).toEqual(preset.config);
    }
  });

  it('keeps comments and the rest when one value is set', () => {
    const text = editDraft(TEXT, ['policyGradient', 'groupSize'], 4);
    expect(text).toContain('# my first run');
    expect(text).toContain('# small');
    expect(readDraft(text).config?.policyGradient.groupSize).toBe(4);
    expect(readDraft(text).config?.policyGradient.steps).toBe(10);
  });

  it('makes the objects on the way, and takes them out when they become empty', () => {
    const text = editDraft(TEXT, ['policyGradient', 'kl', 'beta'], 0.1);
    expect(valueAt(readDraft(text).value, ['policyGradient', 'kl', 'beta'])).toBe(0.1);
    const without = editDraft(text, ['policyGradient', 'kl', 'beta'], undefined);
    expect(valueAt(readDraft(without).value, ['policyGradient'])).toEqual({ steps: 10 });
  });

  it('replaces a scalar that stands where an object is needed', () => {
    const text = editDraft('name: a\nmodel: 5\n', ['model', 'width'], 64);
    expect(valueAt(readDraft(text).value, ['model', 'width'])).toBe(64);
  });

  it('edits list items by index', () => {
    const text = editDraft(
      `${TEXT}rewards:\n  - kind: exact_match\n    name: exact\n`,
      ['rewards', 0, 'weight'],
      2,
    );
    expect(readDraft(text).config?.rewards[0]?.weight).toBe(2);
  });

  it('says one thing of each path', () => {
    // Over the bound, and more than this loss allows: two objections of the schema to one value.
    const text = TEXT.replace('steps: 10', 'steps: 10\n  innerEpochs: 17');
    expect(readDraft(text).errors.map((error) => [error.path.join('.'), error.message])).toEqual([
      ['policyGradient.innerEpochs', 'must be at most 16'],
    ]);
  });

  it('writes a clone in the order of the schema, under a name of its own', () => {
    const config = PRESETS[0]?.config;
    const scrambled = Object.fromEntries(Object.entries(config ?? {}).toReversed());
    const text = cloneText(scrambled, 'adder');
    expect(text).toBe(cloneText(config, 'adder'));
    expect(text.startsWith('name: adder (copy)\nseed: ')).toBe(true);
    expect(readDraft(cloneText(config, 'x'.repeat(120))).errors).toEqual([]);
  });

  it('gives syntax errors with line and column and lets the form rest', () => {
    const draft = readDraft('name: a\ntask: {kind: addition\npolicyGradient: 1\n');
    expect(draft.editable).toBe(false);
    expect(draft.errors.length).toBeGreaterThan(0);
    expect(draft.errors[0]?.line).toBeGreaterThanOrEqual(2);
    expect(draft.errors[0]?.column).toBeGreaterThanOrEqual(1);
  });

  it('says on which line a value is wrong', () => {
    const draft = readDraft(TEXT.replace('steps: 10', 'steps: 0'));
    const [error] = draft.errors;
    expect(error?.path).toEqual(['policyGradient', 'steps']);
    // Line 6 of the text: "  steps: 0", the value begins in column 10.
    expect([error?.line, error?.column]).toEqual([6, 10]);
    expect(errorsAt(draft.errors, ['policyGradient', 'steps'])).toHaveLength(1);
    expect(errorsWithin(draft.errors, ['policyGradient'])).toHaveLength(1);
    expect(errorsWithin(draft.errors, ['task'])).toHaveLength(0);
  });

  it('points at the nearest object when a required value is missing', () => {
    const draft = readDraft('name: a\ntask:\n  kind: addition\npolicyGradient:\n  groupSize: 8\n');
    expect(draft.errors[0]).toMatchObject({ path: ['policyGradient', 'steps'], line: 5 });
  });

  it('treats an empty text as an empty configuration that the form can fill', () => {
    const draft = readDraft('');
    expect(draft.editable).toBe(true);
    expect(readDraft(editDraft('', ['name'], 'x')).value).toEqual({ name: 'x' });
  });
});

describe('runConfigForm', () => {
  const form = runConfigForm();

  it('has a field for everything in the schema', () => {
    expect(form.type).toBe('object');
    expect(form.type === 'object' && form.members.map((member) => member.key)).toEqual([
      'name',
      'seed',
      'backend',
      'xla',
      'model',
      'tokenizer',
      'task',
      'rewards',
      'warmup',
      'policyGradient',
      'evaluation',
      'checkpoint',
      'record',
    ]);
  });

  it('takes bounds, defaults, descriptions and alternatives from the schema', () => {
    const pg = memberOf(form, 'policyGradient');
    const groupSize = pg && memberOf(pg, 'groupSize');
    expect(groupSize).toMatchObject({
      type: 'number',
      integer: true,
      fallback: 8,
      range: '1–256',
      description: 'Completions per prompt G',
    });
    const task: FormNode | undefined = memberOf(form, 'task');
    expect(task?.type === 'union' && task.options.map((option) => option.kind)).toEqual([
      'addition',
      'sort_digits',
      'reverse_text',
      'countdown',
      'prompt_set',
      'file',
    ]);
    const optimizer = pg && memberOf(pg, 'optimizer');
    expect(optimizer && memberOf(optimizer, 'gradClip')).toMatchObject({
      type: 'number',
      nullable: true,
      fallback: 1,
    });
  });
});

test('an error that a field reports takes the place of its earlier one, and goes', () => {
  const own = { path: ['name'], message: 'is missing', line: 1, column: 1 };
  const path = ['task', 'promptSetVersionId'];
  const gone = withError([own], path, 'is gone');
  expect(gone).toEqual([own, { path, message: 'is gone', line: undefined, column: undefined }]);
  expect(withError(gone, path, 'is gone')).toBe(gone);
  expect(errorsAt(withError(gone, path, 'is empty'), path)).toEqual(['is empty']);
  expect(withError(gone, path, null)).toEqual([own]);
});
