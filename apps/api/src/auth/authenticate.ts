/** @file From a request's headers to the caller: a session cookie or an API key, one query either way. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Database, Role } from '@nabla/db';
import { lowerRole } from '../access/roles.ts';
import { requestError } from '../errors.ts';
import type { Actor } from './actor.ts';
import { isOwnOrigin, SESSION_SECONDS, sessionToken } from './cookie.ts';
import { API_KEY_PREFIX, hashToken } from './tokens.ts';

export interface Authentication {
  actor: Actor | null;
  /** The session's token when its life was just prolonged, so that the cookie is sent again. */
  renewedToken: string | null;
}

/** How often a use of a session or key is written down; more often would be a write per request. */
const TOUCH_SECONDS = 60;
/** How often the cookie itself is renewed. */
const RENEW_SECONDS = 24 * 3600;

/**
 * @param authorization the `Authorization` header, or `connectionParams.authorization` of a WebSocket.
 * @param method of the HTTP request; a WebSocket's upgrade counts as POST: it must name its Origin.
 * @throws GraphQLError UNAUTHENTICATED for a key that is not (or no longer) good, FORBIDDEN for a cookie from a foreign page.
 * A cookie of an ended session is nobody: the browser is simply signed out.
 */
export async function authenticate(
  db: Database,
  headers: IncomingHttpHeaders,
  authorization: string | undefined,
  publicUrl: string,
  method = 'POST',
): Promise<Authentication> {
  if (authorization !== undefined) return { actor: await keyActor(db, authorization), renewedToken: null };
  // Also without a cookie: a foreign page must not be able to sign a browser in either.
  if (headers.origin !== undefined && !isOwnOrigin(headers, publicUrl)) {
    throw foreignOrigin(`The page ${headers.origin} is not this server's; open ${publicUrl} instead.`);
  }
  const token = sessionToken(headers);
  if (token === undefined || token === '') return { actor: null, renewedToken: null };
  // Browsers send no Origin with a plain download, and it changes nothing; the cookie's SameSite=Lax keeps other pages out.
  const isDownload = headers.origin === undefined && (method === 'GET' || method === 'HEAD');
  if (!isDownload && !isOwnOrigin(headers, publicUrl)) {
    throw foreignOrigin(
      'A request with a session cookie needs the header Origin; scripts use an API key instead.',
    );
  }
  return sessionActor(db, token);
}

/** Whether an actor's credential is still good, and the role it gives now; null when it is not. */
export async function currentRole(db: Database, actor: Actor): Promise<Role | null> {
  const table = actor.kind === 'session' ? 'session' : 'api_key';
  const user = actor.kind === 'session' ? 'user_id' : 'created_by_id';
  const condition = actor.kind === 'session' ? 'c.expires_at > now()' : 'TRUE';
  const role = actor.kind === 'session' ? 'm.role' : 'c.role';
  const { rows } = await db.pool.query<{ key_role: Role; member_role: Role }>(
    `SELECT ${role} AS key_role, m.role AS member_role
       FROM ${table} c JOIN membership m ON m.user_id = c.${user} AND m.workspace_id = c.workspace_id
      WHERE c.id = $1 AND c.revoked_at IS NULL AND ${condition}`,
    [actor.credentialId],
  );
  const found = rows[0];
  return found === undefined ? null : lowerRole(found.key_role, found.member_role);
}

async function keyActor(db: Database, authorization: string): Promise<Actor> {
  const [scheme, secret = ''] = authorization.split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || !secret.startsWith(API_KEY_PREFIX) || secret.length > 200) {
    throw requestError('UNAUTHENTICATED', `Send the API key as "Authorization: Bearer ${API_KEY_PREFIX}…".`);
  }
  const { rows } = await db.pool.query<{
    id: string;
    role: Role;
    member_role: Role;
    workspace_id: string;
    user_id: string;
    user_name: string;
    stale: boolean;
  }>(
    `SELECT k.id, k.role, m.role AS member_role, k.workspace_id, k.created_by_id AS user_id, u.name AS user_name,
            coalesce(k.last_used_at < now() - make_interval(secs => $2), true) AS stale
       FROM api_key k
       JOIN membership m ON m.user_id = k.created_by_id AND m.workspace_id = k.workspace_id
       JOIN app_user u ON u.id = k.created_by_id
      WHERE k.hash = $1 AND k.revoked_at IS NULL`,
    [hashToken(secret), TOUCH_SECONDS],
  );
  const key = rows[0];
  if (key === undefined) {
    throw requestError(
      'UNAUTHENTICATED',
      'The API key is unknown or revoked; make a new one under Settings.',
    );
  }
  if (key.stale) await db.pool.query('UPDATE api_key SET last_used_at = now() WHERE id = $1', [key.id]);
  return {
    kind: 'key',
    credentialId: key.id,
    userId: key.user_id,
    userName: key.user_name,
    workspaceId: key.workspace_id,
    role: lowerRole(key.role, key.member_role),
    memberRole: key.member_role,
  };
}

async function sessionActor(db: Database, token: string): Promise<Authentication> {
  const { rows } = await db.pool.query<{
    id: string;
    role: Role;
    workspace_id: string;
    user_id: string;
    user_name: string;
    stale: boolean;
    renew: boolean;
  }>(
    `SELECT s.id, m.role, s.workspace_id, s.user_id, u.name AS user_name,
            s.last_seen_at < now() - make_interval(secs => $2) AS stale,
            s.expires_at < now() + make_interval(secs => $3) AS renew
       FROM session s
       JOIN membership m ON m.user_id = s.user_id AND m.workspace_id = s.workspace_id
       JOIN app_user u ON u.id = s.user_id
      WHERE s.token_hash = $1 AND s.expires_at > now() AND s.revoked_at IS NULL`,
    [hashToken(token), TOUCH_SECONDS, SESSION_SECONDS - RENEW_SECONDS],
  );
  const session = rows[0];
  if (session === undefined) return { actor: null, renewedToken: null };
  if (session.stale || session.renew) {
    await db.pool.query(
      'UPDATE session SET last_seen_at = now(), expires_at = now() + make_interval(secs => $2) WHERE id = $1',
      [session.id, SESSION_SECONDS],
    );
  }
  const actor: Actor = {
    kind: 'session',
    credentialId: session.id,
    userId: session.user_id,
    userName: session.user_name,
    workspaceId: session.workspace_id,
    role: session.role,
    memberRole: session.role,
  };
  return { actor, renewedToken: session.renew ? token : null };
}

function foreignOrigin(message: string) {
  const error = requestError('FORBIDDEN', message);
  error.extensions['http'] = { status: 403 };
  return error;
}
