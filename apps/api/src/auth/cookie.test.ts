import { expect, test } from 'vitest';
import { isOwnOrigin, sessionCookie } from './cookie.ts';

test.each([
  ['the dashboard', { origin: 'http://localhost:3000' }, true],
  ['the dashboard by its address', { origin: 'http://127.0.0.1:3000' }, true],
  ['another port of this machine', { origin: 'http://localhost:3001', host: '127.0.0.1:4000' }, false],
  ['this server itself', { origin: 'http://127.0.0.1:4000', host: '127.0.0.1:4000' }, true],
  ['a page elsewhere', { origin: 'https://evil.example', host: '127.0.0.1:4000' }, false],
  ['a page elsewhere that begins alike', { origin: 'http://localhost:3000.evil.example' }, false],
  ['what a proxy was called by', { origin: 'http://lab:3000', 'x-forwarded-host': 'lab:3000' }, true],
  ['a sandboxed frame', { origin: 'null' }, false],
  ['nobody says', {}, false],
])('%s', (_, headers, own) => {
  expect(isOwnOrigin(headers, 'http://localhost:3000')).toBe(own);
});

test('the cookie is out of reach of scripts and of other sites, and of plain HTTP where there is HTTPS', () => {
  expect(sessionCookie('t', 'http://localhost:3000')).toBe(
    'nabla_session=t; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax',
  );
  expect(sessionCookie('t', 'https://nabla.example')).toContain('Secure');
  expect(sessionCookie(null, 'https://nabla.example')).toContain('Max-Age=0');
});
