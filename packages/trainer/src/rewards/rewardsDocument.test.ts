import { readFileSync } from 'node:fs';

import { metricDefinition, parseRunConfig, rewardSchema } from '@nabla/domain';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const text = readFileSync(new URL('../../../../docs/rewards.md', import.meta.url), 'utf8');
const blocks = [...text.matchAll(/```yaml\n([^]*?)```/g)].map(([, block = '']) => block);

describe('docs/rewards.md', () => {
  it.each(blocks)('has a valid example: %.60s', (block) => {
    const parsed: unknown = parse(block);
    const parts = Array.isArray(parsed) ? { rewards: parsed } : (parsed as object); // a mapping otherwise
    const config = {
      name: 'r',
      task: { kind: 'addition' },
      policyGradient: { steps: 1, maxNewTokens: 64 },
      ...parts,
    };
    const result = parseRunConfig(config);
    expect(result.ok ? [] : result.errors).toEqual([]);
  });

  it('names every kind of reward there is', () => {
    expect(blocks.length).toBeGreaterThan(3);
    const kinds = rewardSchema.options.map(({ shape }) => shape.kind.value);
    expect(kinds.filter((kind) => !text.includes(`\`${kind}\``))).toEqual([]);
  });

  it('names every metric of an evaluation, and no other', () => {
    const named = [...text.matchAll(/`(eval\/<set>\/[a-z0-9_<>]+)`/g)].map(([, name = '']) =>
      name.replace('<set>', 'x').replace('<k>', '4'),
    );
    expect(named).toHaveLength(5);
    for (const name of named) expect(metricDefinition(name), name).toBeDefined();
  });
});
