/** @file The normalised cache: how objects are told apart, and which lists a mutation makes stale. */
import { type Cache, type CacheExchangeOpts, cacheExchange } from '@urql/exchange-graphcache';

/** Types that are part of their parent and have no identity of their own. */
const EMBEDDED = [
  'ApiKeyPayload',
  'CommentPayload',
  'CompletionsAdded',
  'CompletionTokens',
  'ConfigPreset',
  'ConfigValidation',
  'InvitePayload',
  'LinkInfo',
  'LinkPayload',
  'MemberPayload',
  'MetricSeries',
  'MetricSummary',
  'ProjectPayload',
  'PromptDraft',
  'PromptFilePreview',
  'PromptLineError',
  'PromptSetPayload',
  'ReviewProgress',
  'RunFork',
  'RewardComponent',
  'RunPayload',
  'SignInPayload',
  'SignOutPayload',
  'UserError',
  'UserPayload',
  'VerdictAdded',
  'VerdictPayload',
  'Viewer',
] as const;

/** Mutation → fields of Query whose answers it may change in a way that the payload does not carry. */
const INVALIDATES: Readonly<Record<string, readonly string[]>> = {
  createProject: ['projects'],
  createPromptSet: ['project', 'projects'],
  createRun: ['runs', 'projects'],
  forkRun: ['runs', 'projects'],
  archiveRun: ['runs'],
  createApiKey: ['apiKeys'],
  revokeApiKey: ['apiKeys'],
  createInvite: ['invites'],
  revokeInvite: ['invites'],
  removeMember: ['members'],
};

/** Mutation → fields of Project that it makes stale, for every project in the cache. */
const PROJECT_LISTS: Readonly<Record<string, readonly string[]>> = {
  createPromptSet: ['promptSets', 'promptSetCount'],
  createRun: ['runCount', 'activeRunCount', 'lastActivityAt', 'tags'],
  forkRun: ['runCount', 'activeRunCount', 'lastActivityAt', 'tags'],
  setRunTags: ['tags'],
};

export function createCache() {
  const options: Partial<CacheExchangeOpts> = {
    keys: {
      ...Object.fromEntries(EMBEDDED.map((name) => [name, () => null])),
      Member: (member) => memberKey(member),
    },
    updates: {
      Mutation: Object.fromEntries(
        [...new Set([...Object.keys(INVALIDATES), ...Object.keys(PROJECT_LISTS)])].map((mutation) => [
          mutation,
          (_result: unknown, _arguments: unknown, cache: Cache) => invalidate(cache, mutation),
        ]),
      ),
    },
  };
  return cacheExchange(options);
}

function invalidate(cache: Cache, mutation: string): void {
  for (const field of INVALIDATES[mutation] ?? []) invalidateField(cache, 'Query', field);
  const projectFields = PROJECT_LISTS[mutation] ?? [];
  if (projectFields.length === 0) return;
  for (const info of cache.inspectFields('Query')) {
    if (info.fieldName !== 'project') continue;
    const project = cache.resolve('Query', info.fieldKey);
    if (typeof project === 'string')
      for (const field of projectFields) invalidateField(cache, project, field);
  }
}

function invalidateField(cache: Cache, entity: string, field: string): void {
  for (const info of cache.inspectFields(entity))
    if (info.fieldName === field) cache.invalidate(entity, info.fieldKey);
}

function memberKey(member: Record<string, unknown>): string | null {
  const user: unknown = member['user'];
  if (typeof user !== 'object' || user === null || !('id' in user)) return null;
  return typeof user.id === 'string' ? user.id : null;
}
