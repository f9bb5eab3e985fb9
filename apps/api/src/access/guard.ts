/** @file Puts the rules, and the time limit, in front of every resolver of a schema. Default deny: no rule, no start. */
import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isObjectType,
} from 'graphql';
import type { Context } from '../context.ts';
import { Refusal, requestError, type UserError } from '../errors.ts';
import { refuseNul } from '../input.ts';
import { presentError } from '../presentError.ts';
import { denial } from './roles.ts';
import type { Rule, TypeRules } from './rules.ts';

/**
 * @throws Error naming every field that has no rule and every rule that has no field.
 */
export function guardSchema(
  schema: GraphQLSchema,
  rules: Readonly<Record<string, TypeRules>>,
): GraphQLSchema {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const problems: string[] = [];
  const guarded: [GraphQLObjectType, GraphQLField<unknown, Context>, Rule][] = [];
  const types = Object.values(schema.getTypeMap()).filter(
    (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__'),
  );
  for (const type of types) {
    const typeRules = rules[type.name] ?? {};
    for (const field of Object.values(type.getFields())) {
      const rule = typeRules[field.name] ?? (roots.includes(type) ? undefined : typeRules['*']);
      if (rule === undefined) problems.push(`${type.name}.${field.name} has no access rule`);
      else guarded.push([type, field, rule]);
    }
  }
  for (const [typeName, typeRules] of Object.entries(rules)) {
    const fields = types.find((type) => type.name === typeName)?.getFields();
    if (fields === undefined)
      problems.push(`the access rules name the type ${typeName}, which does not exist`);
    for (const name of Object.keys(typeRules)) {
      if (fields !== undefined && name !== '*' && !(name in fields)) {
        problems.push(`the access rules name ${typeName}.${name}, which does not exist`);
      }
    }
  }
  if (problems.length > 0) throw new Error(`The schema is not safe to serve:\n  ${problems.join('\n  ')}`);
  for (const [type, field, rule] of guarded) {
    if (type === schema.getSubscriptionType()) guardSubscription(field, rule);
    else guardField(type, field, rule, type === schema.getMutationType());
  }
  return schema;
}

function guardField(
  type: GraphQLObjectType,
  field: GraphQLField<unknown, Context>,
  rule: Rule,
  mutation: boolean,
): void {
  const inner = field.resolve ?? defaultFieldResolver;
  field.resolve = (source, args, context, info) => {
    const why = denial(context.actor, rule);
    if (why !== null) {
      const message = deniedMessage(`${type.name}.${field.name}`, rule, why, context);
      if (why === 'anonymous') throw requestError('UNAUTHENTICATED', message);
      if (mutation) return refusedPayload([{ code: 'FORBIDDEN', message, path: [] }]);
      throw requestError('FORBIDDEN', message);
    }
    try {
      checkTexts(args);
    } catch (error) {
      if (mutation && error instanceof Refusal) return refusedPayload(error.errors);
      throw presentError(error, context.log);
    }
    return presented(context, () => context.deadline.bound(() => inner(source, args, context, info)));
  };
}

/** Failures leave a resolver as errors with a code, whichever way the answer travels. */
function presented(context: Context, work: () => unknown): unknown {
  try {
    const result = work();
    if (!(result instanceof Promise)) return result;
    return result.catch((error: unknown) => {
      throw presentError(error, context.log);
    });
  } catch (error) {
    throw presentError(error, context.log);
  }
}

function guardSubscription(field: GraphQLField<unknown, Context>, rule: Rule): void {
  const inner = field.subscribe;
  if (inner === undefined) throw new Error(`Subscription.${field.name} has no subscribe function`);
  const check = (context: Context): void => {
    const why = denial(context.actor, rule);
    if (why === null) return;
    const message = deniedMessage(`Subscription.${field.name}`, rule, why, context);
    throw requestError(why === 'anonymous' ? 'UNAUTHENTICATED' : 'FORBIDDEN', message);
  };
  field.subscribe = (source, args, context, info) => {
    check(context);
    return presented(context, () => {
      checkTexts(args);
      return inner(source, args, context, info);
    });
  };
  const resolve = field.resolve ?? defaultFieldResolver;
  field.resolve = (source, args, context, info) => {
    check(context);
    // Each event is a request of its own: what an earlier one has read may be stale.
    context.renew();
    return presented(context, () => resolve(source, args, context, info));
  };
}

/** Texts of models and of files: the step store replaces what it cannot keep, the reader of prompts names the line. */
const READ_ELSEWHERE: ReadonlySet<string> = new Set(['records', 'jsonl']);

/** @throws Refusal naming the first text that PostgreSQL cannot take. */
function checkTexts(args: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(args)) {
    if (READ_ELSEWHERE.has(name)) continue;
    if (name !== 'input' || typeof value !== 'object' || value === null) {
      refuseNul(value, [name]);
      continue;
    }
    for (const [field, item] of Object.entries(value)) {
      if (!READ_ELSEWHERE.has(field)) refuseNul(item, ['input', field]);
    }
  }
}

/** What every refused mutation answers; lists that may not be null are empty. */
function refusedPayload(errors: UserError[]) {
  return { errors, lineErrors: [], acknowledged: [], duplicates: 0 };
}

function deniedMessage(
  field: string,
  rule: Rule,
  why: 'anonymous' | 'role' | 'session',
  context: Context,
): string {
  const role = typeof rule === 'string' ? rule : rule.role;
  switch (why) {
    case 'anonymous':
      return `${field} is for those who signed in: open a sign-in link, or send "Authorization: Bearer <API key>".`;
    case 'role':
      return `${field} needs the role ${role}; yours is ${context.actor?.role ?? 'none'}.`;
    case 'session':
      return `${field} is for a person signed in with a browser, not for an API key.`;
  }
}
