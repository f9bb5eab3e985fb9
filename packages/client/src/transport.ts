/** @file GraphQL over fetch: one key, bounded time, retries for what may pass, typed errors for what will not. */
import { z } from 'zod';
import { backoffMs, pause } from './backoff.ts';
import { ApiError, AuthenticationError, ConnectionError } from './errors.ts';
import type { TypedDocumentString } from './generated/operations.ts';

export interface TransportOptions {
  /** Where the API is, for instance `http://localhost:4000`. `/graphql` is added unless the path ends in it. */
  readonly url: string;
  readonly apiKey: string;
  /** Time for one attempt. Default 30 s. */
  readonly timeoutMs?: number;
  /** Attempts in all for one call. Default 5. */
  readonly attempts?: number;
  readonly fetch?: typeof fetch;
  readonly random?: () => number;
}

export interface CallOptions {
  readonly attempts?: number;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** A POST request, complete with its key. */
export interface Exchange {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Transport {
  readonly graphqlUrl: string;
  /** The API's root, without a slash at its end. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /**
   * Sends one operation. Retries ConnectionErrors; everything else is thrown at once.
   * @throws ConnectionError, AuthenticationError, ApiError
   */
  request<Data, Variables>(
    document: TypedDocumentString<Data, Variables>,
    variables: Variables,
    options?: CallOptions,
  ): Promise<Data>;
  /** The same with a body that was made elsewhere: the JSON of `query` and `variables`, in UTF-8. */
  requestBody<Data, Variables>(
    document: TypedDocumentString<Data, Variables>,
    body: string | Uint8Array<ArrayBuffer>,
    options?: CallOptions,
  ): Promise<Data>;
  /** The same operation as a request that somebody else sends: null where the program has a `fetch` of its own. */
  exchange<Data, Variables>(
    document: TypedDocumentString<Data, Variables>,
    variables: Variables,
  ): Exchange | null;
  /** What such a request was answered. @throws as `request` does, never trying again */
  read<Data, Variables>(document: TypedDocumentString<Data, Variables>, response: Response): Promise<Data>;
  /** One HTTP exchange with the key, classified: answers are returned only when their status is below 400. */
  http(path: string, init: RequestInit, options?: CallOptions): Promise<Response>;
}

export function createTransport(options: TransportOptions): Transport {
  const { apiKey, timeoutMs = 30_000, attempts = 5, random = Math.random } = options;
  const send = options.fetch ?? fetch;
  const { baseUrl, graphqlUrl } = readUrl(options.url);
  if (!/^[\x21-\x7e]+$/.test(apiKey))
    throw new AuthenticationError('the API key is empty or holds characters that no key has');

  const once = async (url: string, init: RequestInit, call: CallOptions): Promise<Response> => {
    const time = AbortSignal.timeout(call.timeoutMs ?? timeoutMs);
    const signal = call.signal === undefined ? time : AbortSignal.any([time, call.signal]);
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${apiKey}`);
    try {
      return await send(url, { ...init, headers, signal });
    } catch (cause) {
      call.signal?.throwIfAborted();
      const why = time.aborted ? `no answer within ${call.timeoutMs ?? timeoutMs} ms` : deepestMessage(cause);
      throw new ConnectionError(`${baseUrl} cannot be reached: ${why}`, { cause });
    }
  };

  async function requestBody<Data, Variables>(
    _document: TypedDocumentString<Data, Variables>,
    body: string | Uint8Array<ArrayBuffer>,
    call: CallOptions = {},
  ): Promise<Data> {
    const bound = call.attempts ?? attempts;
    for (let attempt = 0; ; attempt++) {
      try {
        const response = await once(graphqlUrl, { method: 'POST', headers: GRAPHQL_HEADERS, body }, call);
        return await readAnswer(response, baseUrl);
      } catch (error) {
        if (!(error instanceof ConnectionError) || attempt + 1 >= bound) throw error;
        await pause(backoffMs(attempt, { random }), call.signal);
        call.signal?.throwIfAborted();
      }
    }
  }

  return {
    baseUrl,
    graphqlUrl,
    apiKey,
    exchange(document, variables) {
      if (options.fetch !== undefined) return null;
      const headers = { ...GRAPHQL_HEADERS, authorization: `Bearer ${apiKey}` };
      return { url: graphqlUrl, headers, body: bodyOf(document, variables) };
    },
    read: (_document, response) => readAnswer(response, baseUrl),
    request: (document, variables, call) => requestBody(document, bodyOf(document, variables), call),
    requestBody,
    async http(path, init, call = {}) {
      const response = await once(`${baseUrl}${path}`, init, call);
      if (response.status >= 400) throw classify(response.status, await text(response), baseUrl);
      return response;
    },
  };
}

const GRAPHQL_HEADERS = {
  'content-type': 'application/json',
  accept: 'application/graphql-response+json, application/json',
};

function bodyOf<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
): string {
  return JSON.stringify({ query: document.toString(), variables });
}

const answerSchema = z.object({
  data: z.unknown().optional(),
  errors: z
    .array(
      z.looseObject({
        message: z.string(),
        extensions: z.looseObject({ code: z.string().optional() }).optional(),
      }),
    )
    .optional(),
});

/** The boundary where an answer gets its generated type: the server checked its shape against the schema that the types come from. */
async function readAnswer<Data>(response: Response, baseUrl: string): Promise<Data> {
  const content = await text(response);
  const answer = parseAnswer(content);
  if (answer === undefined) throw classify(response.status, content, baseUrl);
  const failures = answer.errors ?? [];
  const codes = failures.map((failure) => failure.extensions?.code ?? 'UNKNOWN');
  const message = failures.map((failure) => failure.message).join('; ');
  if (codes.includes('UNAVAILABLE') || codes.includes('RATE_LIMITED') || codes.includes('TIMEOUT'))
    throw new ConnectionError(`${baseUrl} is not available now: ${message}`);
  if (codes.includes('UNAUTHENTICATED')) throw new AuthenticationError(message);
  if (failures.length > 0) throw new ApiError(codes[0] ?? 'UNKNOWN', message);
  if (response.status >= 400 || answer.data === undefined || answer.data === null)
    throw classify(response.status, content, baseUrl);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the named boundary above
  return answer.data as Data;
}

function parseAnswer(content: string): z.output<typeof answerSchema> | undefined {
  try {
    return answerSchema.safeParse(JSON.parse(content)).data;
  } catch {
    // A proxy's page or a cut answer: the caller classifies it by its status.
    return undefined;
  }
}

/** Statuses that a later attempt may change are ConnectionErrors; the rest is final. */
function classify(status: number, content: string, baseUrl: string): Error {
  const excerpt = content.replace(/\s+/g, ' ').trim().slice(0, 300);
  const said = excerpt === '' ? 'an empty answer' : `"${excerpt}"`;
  if (status === 401) return new AuthenticationError(`${baseUrl} refused the API key: ${said}`);
  if (status < 400 || status >= 500 || status === 408 || status === 425 || status === 429)
    return new ConnectionError(`${baseUrl} answered ${status}: ${said}`);
  return new ApiError(`HTTP_${status}`, `${baseUrl} answered ${status}: ${said}`);
}

/** The body; a connection that breaks while it is read counts as not reached. */
async function text(response: Response): Promise<string> {
  try {
    return await response.text();
  } catch (cause) {
    throw new ConnectionError(`the answer of ${response.url} broke off: ${deepestMessage(cause)}`, { cause });
  }
}

/** `fetch failed` says nothing; the cause below it does. */
function deepestMessage(error: unknown): string {
  let current = error;
  while (current instanceof Error && current.cause instanceof Error) current = current.cause;
  if (current instanceof AggregateError && current.message === '') return deepestMessage(current.errors[0]);
  return current instanceof Error ? current.message : String(current);
}

function readUrl(given: string): { baseUrl: string; graphqlUrl: string } {
  let url: URL;
  try {
    url = new URL(given);
  } catch (cause) {
    throw new TypeError(`"${given}" is not a URL; the API's address looks like http://localhost:4000`, {
      cause,
    });
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new TypeError(`"${given}" must begin with http:// or https://`);
  const path = url.pathname.replace(/\/+$/, '').replace(/\/graphql$/, '');
  const baseUrl = `${url.origin}${path}`;
  return { baseUrl, graphqlUrl: `${baseUrl}/graphql` };
}
