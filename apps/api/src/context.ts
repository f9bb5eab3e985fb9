/** @file What every resolver gets: who asks, what may be read and batched, and the services of this process. */
import type { Database } from '@nabla/db';
import type { Logger } from 'pino';
import type { Actor } from './auth/actor.ts';
import type { RateLimit } from './auth/rateLimit.ts';
import { requestError } from './errors.ts';
import type { Deadline } from './limits/deadline.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import type { Hub } from './realtime/hub.ts';

/** What lives as long as the process. */
export interface Services {
  db: Database;
  hub: Hub;
  log: Logger;
  /** The dashboard's origin, for links and cookies. */
  publicUrl: string;
  artifactsDir: string;
  /** Failed uses of links, by address. */
  linkAttempts: RateLimit;
}

/** What lives as long as one request (or one subscription). */
export interface Request {
  actor: Actor | null;
  /** The caller's address, for rate limits. */
  address: string;
  userAgent: string | null;
  deadline: Deadline;
  /** Sets or, with null, clears the session cookie of the answer. */
  setSession: (token: string | null) => void;
}

export interface Context extends Services, Request {
  readonly loaders: Loaders;
  /** Forgets what was read: the next event of a subscription reads anew. */
  renew: () => void;
}

export function createContext(services: Services, request: Request): Context {
  let loaders: Loaders | null = null;
  return {
    ...services,
    ...request,
    // Made when first used: what trainers send again and again needs none.
    get loaders() {
      loaders ??= createLoaders(services.db, this.actor?.userId ?? '');
      return loaders;
    },
    renew() {
      loaders = null;
    },
  };
}

/** The caller, where an access rule has already asked for one. */
export function actorOf(context: Pick<Context, 'actor'>): Actor {
  if (context.actor === null) throw requestError('UNAUTHENTICATED', 'Sign in first.');
  return context.actor;
}
