import { METRICS } from '@nabla/domain';
import { expect, test } from 'vitest';
import { metricTitle } from './metricTitle.ts';

test('every metric of the catalogue has a title of its own', () => {
  const titles = METRICS.map(({ name }) => metricTitle(name));
  expect(METRICS.filter(({ name }) => metricTitle(name) === name).map(({ name }) => name)).toEqual([]);
  expect(new Set(titles).size).toBe(titles.length);
});

test('components and evaluation sets by their names, another trainer’s metrics as they are', () => {
  expect(metricTitle('reward/exact/mean')).toBe('Reward: exact');
  expect(metricTitle('eval/held_out/accuracy')).toBe('held_out: accuracy');
  expect(metricTitle('eval/held_out/pass_at_4')).toBe('held_out: pass@4');
  expect(metricTitle('eval/held_out/something')).toBe('eval/held_out/something');
  expect(metricTitle('loss/train')).toBe('loss/train');
});
