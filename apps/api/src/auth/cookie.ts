/** @file The session cookie, and the check that a browser's request comes from our own page. */
import type { IncomingHttpHeaders } from 'node:http';
import { parseCookie, stringifySetCookie } from 'cookie';

export const SESSION_COOKIE = 'nabla_session';
export const SESSION_SECONDS = 30 * 24 * 3600;

export function sessionToken(headers: IncomingHttpHeaders): string | undefined {
  return headers.cookie === undefined ? undefined : parseCookie(headers.cookie)[SESSION_COOKIE];
}

/** @param token null clears the cookie. */
export function sessionCookie(token: string | null, publicUrl: string): string {
  return stringifySetCookie({
    name: SESSION_COOKIE,
    value: token ?? '',
    httpOnly: true,
    sameSite: 'lax',
    secure: publicUrl.startsWith('https:'),
    path: '/',
    maxAge: token === null ? 0 : SESSION_SECONDS,
  });
}

/**
 * Whether the `Origin` header names the dashboard or this server itself. A missing one is not ours: browsers send it
 * with every POST and every WebSocket, so a request that carries a cookie without it is not from a page of ours.
 */
export function isOwnOrigin(headers: IncomingHttpHeaders, publicUrl: string): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return false;
  if (origin === publicUrl) return true;
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}
