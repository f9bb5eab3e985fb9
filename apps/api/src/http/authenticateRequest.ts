/** @file The caller of an HTTP request. */
import type { Database } from '@nabla/db';
import type { Request, Response } from 'express';
import type { Actor } from '../auth/actor.ts';
import { authenticate } from '../auth/authenticate.ts';
import { sessionCookie } from '../auth/cookie.ts';

/** @throws GraphQLError as `authenticate` does. */
export type Authenticate = (req: Request, res: Response) => Promise<Actor | null>;

export function requestAuthenticator(db: Database, publicUrl: string): Authenticate {
  return async (req, res) => {
    const { headers, method } = req;
    const found = await authenticate(db, headers, headers.authorization, publicUrl, method);
    const { actor, renewedToken } = found;
    if (renewedToken !== null) res.appendHeader('Set-Cookie', sessionCookie(renewedToken, publicUrl));
    return actor;
  };
}
