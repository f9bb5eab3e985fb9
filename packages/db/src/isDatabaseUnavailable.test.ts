import { expect, test } from 'vitest';
import { isDatabaseUnavailable } from './isDatabaseUnavailable.ts';

const withCode = (code: string, message = 'failed') => Object.assign(new Error(message), { code });

test.each([
  ['refused', withCode('ECONNREFUSED')],
  ['reset', withCode('ECONNRESET')],
  ['admin shutdown', withCode('57P01')],
  ['starting up', withCode('57P03')],
  ['connection exception', withCode('08006')],
  ['terminated, from node-postgres', new Error('Connection terminated unexpectedly')],
  ['pool timeout, from node-postgres', new Error('timeout exceeded when trying to connect')],
  ['Prisma cannot reach', withCode('P1001')],
  ['wrapped once', new Error('could not claim', { cause: withCode('ECONNREFUSED') })],
  ['both addresses of localhost', new AggregateError([withCode('ECONNREFUSED'), withCode('ECONNREFUSED')])],
  ['a driver adapter kind', new Error('x', { cause: { kind: 'DatabaseNotReachable' } })],
  [
    'in the meta of a Prisma error',
    Object.assign(withCode('P2010'), { meta: { driverAdapterError: { cause: { originalCode: '57P01' } } } }),
  ],
])('away: %s', (_name, error) => {
  expect(isDatabaseUnavailable(error)).toBe(true);
});

test.each([
  ['unique violation', withCode('23505')],
  ['syntax error', withCode('42601')],
  ['Prisma unique violation', withCode('P2002')],
  ['not an error', 'ECONNREFUSED'],
  ['null', null],
])('not away: %s', (_name, error) => {
  expect(isDatabaseUnavailable(error)).toBe(false);
});

test('an error that is its own cause ends', () => {
  const error = new Error('round');
  error.cause = error;
  expect(isDatabaseUnavailable(error)).toBe(false);
});
