import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Sets the security headers of one response and tells Next the nonce of its scripts (Next reads it from the request's own
 * content-security-policy header).
 *
 * Styles are allowed inline because the editor of the GraphiQL page and the positioning of menus write style elements and
 * attributes; scripts are not.
 */
export function applySecurityHeaders(request: IncomingMessage, response: ServerResponse, dev: boolean): void {
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'same-origin');
  response.setHeader('cross-origin-opener-policy', 'same-origin');
  response.setHeader('x-frame-options', 'DENY');
  response.setHeader('permissions-policy', 'camera=(), microphone=(), geolocation=(), payment=()');
  if (request.url?.startsWith('/_next/')) return;
  const policy = contentSecurityPolicy(randomBytes(16).toString('base64'), dev);
  response.setHeader('content-security-policy', policy);
  request.headers['content-security-policy'] = policy;
}

function contentSecurityPolicy(nonce: string, dev: boolean): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${dev ? " 'unsafe-eval'" : ''}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
