import { expect, it } from 'vitest';
import { isRecent } from './nodeVersion.mjs';

it.each([
  ['18.20.0', false],
  ['20.18.3', false],
  ['20.19.0', true],
  ['22.0.0', true],
  ['24.1.0', true],
])('Node %s is recent enough: %s', (version, recent) => expect(isRecent(version)).toBe(recent));
