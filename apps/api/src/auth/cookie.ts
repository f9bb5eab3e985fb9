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
 * `X-Forwarded-Host` is what a proxy (the dashboard's own among them) was called by; a foreign page cannot set it, since
 * a header of one's own needs a CORS preflight, which this server never grants.
 */
export function isOwnOrigin(headers: IncomingHttpHeaders, publicUrl: string): boolean {
  const { origin, host } = headers;
  if (origin === undefined || !URL.canParse(origin)) return false;
  const page = new URL(origin);
  const own = new URL(publicUrl);
  if (page.origin === own.origin) return true;
  // The same machine by another of its names: people open 127.0.0.1 where the link said localhost.
  if (isLoopback(page.hostname) && isLoopback(own.hostname) && page.port === own.port) return true;
  const forwarded = headers['x-forwarded-host'];
  return page.host === host || page.host === (Array.isArray(forwarded) ? forwarded[0] : forwarded);
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
}
