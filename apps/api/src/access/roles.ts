/** @file The order of roles, and what a caller is told that it may do. */
import { type Role, ROLES } from '@nabla/domain';
import type { Actor } from '../auth/actor.ts';
import { accessRules, type Rule } from './rules.ts';

/** True when `role` includes what `needed` may do. */
export function includesRole(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) <= ROLES.indexOf(needed);
}

/** The lower of two roles: an API key acts with its own role, but never with more than its person still has. */
export function lowerRole(a: Role, b: Role): Role {
  return includesRole(a, b) ? b : a;
}

/** Why the caller may not, or null when it may. */
export function denial(actor: Actor | null, rule: Rule): 'anonymous' | 'role' | 'session' | null {
  if (rule === 'open') return null;
  if (actor === null) return 'anonymous';
  const needed = typeof rule === 'string' ? rule : rule.role;
  if (!includesRole(actor.role, needed)) return 'role';
  return typeof rule !== 'string' && actor.kind !== 'session' ? 'session' : null;
}

/** Names of the mutations that the caller may use, for a user interface to show only what works. */
export function permissions(actor: Actor): string[] {
  return Object.entries(accessRules['Mutation'] ?? {})
    .filter(([, rule]) => denial(actor, rule) === null)
    .map(([name]) => name);
}
