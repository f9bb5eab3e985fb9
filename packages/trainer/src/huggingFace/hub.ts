/** @file What is asked of a Hugging Face hub over HTTP: which files a model has, and their bytes. */
import { z } from 'zod';

import { TrainerError } from '../errors.ts';

export interface HubOptions {
  /** For instance https://huggingface.co; HF_ENDPOINT when absent. */
  readonly endpoint?: string | undefined;
  /** Needed for private and gated models; HF_TOKEN when absent. */
  readonly token?: string | undefined;
}

export interface HubFile {
  readonly name: string;
  readonly bytes: number;
  /** What its content must hash to: SHA-256 of large files, git's blob hash (SHA-1) of the others. */
  readonly checksum: { readonly kind: 'sha256' | 'git'; readonly hex: string };
}

export interface HubModel {
  /** 40 hex digits. */
  readonly commit: string;
  readonly files: readonly HubFile[];
}

/** A failure that may pass: the network, or a server that is busy. */
export class HubUnreachable extends Error {
  override readonly name = 'HubUnreachable';
  /** How long the server asks to wait; null when it does not say. */
  readonly waitMs: number | null;

  constructor(message: string, waitMs: number | null, options?: ErrorOptions) {
    super(message, options);
    this.waitMs = waitMs;
  }
}

const LONGEST_WAIT_MS = 60_000;
const PART = /^[A-Za-z0-9](?:[\w.-]{0,94}[A-Za-z0-9_])?$/;

/** "owner/name", or the bare name of an old model ("gpt2"). */
export function isHubName(source: string): boolean {
  const parts = source.split('/');
  return parts.length <= 2 && parts.every((part) => PART.test(part) && !part.includes('..'));
}

export function hubEndpoint({ endpoint }: HubOptions): string {
  const given = endpoint ?? process.env['HF_ENDPOINT'] ?? '';
  return (given === '' ? 'https://huggingface.co' : given).replace(/\/+$/, '');
}

const modelSchema = z.object({
  sha: z.string().regex(/^[0-9a-f]{40}$/, 'is no commit'),
  siblings: z.array(
    z.object({
      rfilename: z.string(),
      size: z.int().min(0).optional(),
      blobId: z
        .string()
        .regex(/^[0-9a-f]{40}$/)
        .optional(),
      lfs: z
        .object({
          sha256: z
            .string()
            .regex(/^[0-9a-f]{64}$/)
            .optional(),
          oid: z
            .string()
            .regex(/^[0-9a-f]{64}$/)
            .optional(),
          size: z.int().min(0).optional(),
        })
        .nullish(),
    }),
  ),
});

/**
 * @throws HubUnreachable when trying again may help.
 * @throws TrainerError MODEL when it will not: no such model or revision, or no right to it.
 */
export async function describeModel(
  name: string,
  revision: string,
  options: HubOptions,
  signal: AbortSignal | undefined,
): Promise<HubModel> {
  const url = `${hubEndpoint(options)}/api/models/${name}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const response = await ask(url, name, revision, options, {}, signal);
  let value: unknown;
  try {
    value = await response.json();
  } catch (cause) {
    signal?.throwIfAborted();
    throw new HubUnreachable(`the answer of ${url} is no JSON`, null, { cause });
  }
  const parsed = modelSchema.safeParse(value);
  if (!parsed.success)
    throw new TrainerError(
      'MODEL',
      `${url} does not describe a model: ${z.prettifyError(parsed.error)}. Is HF_ENDPOINT a Hugging Face hub?`,
    );
  const { sha, siblings } = parsed.data;
  return { commit: sha, files: siblings.flatMap((sibling) => fileOf(sibling)) };
}

/** Those without size and checksum (a hub that does not know `blobs`) are left out, and missed by name where they are needed. */
function fileOf({
  rfilename: name,
  size,
  blobId,
  lfs,
}: z.output<typeof modelSchema>['siblings'][number]): HubFile[] {
  const sha256 = lfs?.sha256 ?? lfs?.oid;
  const bytes = lfs?.size ?? size;
  if (bytes === undefined) return [];
  if (sha256 !== undefined) return [{ name, bytes, checksum: { kind: 'sha256', hex: sha256 } }];
  if (blobId === undefined) return [];
  return [{ name, bytes, checksum: { kind: 'git', hex: blobId } }];
}

/**
 * The bytes of a file from a position on.
 * @returns the response, and where its first byte stands: 0 when the server does not serve parts.
 * @throws HubUnreachable, TrainerError MODEL as `describeModel`
 */
export async function requestFile(
  name: string,
  commit: string,
  file: HubFile,
  from: number,
  options: HubOptions,
  signal: AbortSignal | undefined,
): Promise<{ body: ReadableStream<Uint8Array>; from: number }> {
  const url = `${hubEndpoint(options)}/${name}/resolve/${commit}/${encodeURIComponent(file.name)}`;
  const range: Record<string, string> = from > 0 ? { range: `bytes=${from}-` } : {};
  // identity: a compressed answer would count other bytes than the file has.
  const response = await ask(url, name, commit, options, { ...range, 'accept-encoding': 'identity' }, signal);
  const { body } = response;
  if (body === null) throw new HubUnreachable(`${url} answered without a body`, null);
  if (response.status !== 206) return { body, from: 0 };
  const [, start] = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '') ?? [];
  if (Number(start) === from) return { body, from };
  await body.cancel();
  throw new HubUnreachable(`${url} answered with another part of the file than was asked for`, null);
}

async function ask(
  url: string,
  name: string,
  revision: string,
  options: HubOptions,
  headers: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const token = options.token ?? process.env['HF_TOKEN'] ?? '';
  let response: Response;
  try {
    response = await fetch(url, {
      headers: {
        ...headers,
        'user-agent': 'nabla',
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new HubUnreachable(`${url} cannot be reached: ${reasonOf(cause)}`, null, { cause });
  }
  if (response.ok) return response;
  await response.body?.cancel();
  const { status } = response;
  if (status === 429 || status >= 500)
    throw new HubUnreachable(`${url} answered ${status}`, waitOf(response.headers.get('retry-after')));
  throw new TrainerError('MODEL', refusal(status, url, name, revision, token !== ''));
}

function refusal(status: number, url: string, name: string, revision: string, hasToken: boolean): string {
  const where = `${name} (revision ${revision})`;
  switch (status) {
    case 401:
    case 403:
      return `the hub gives no access to ${where} (${status}): ${
        hasToken
          ? 'the token in HF_TOKEN has no right to it; accept the conditions of a gated model on its page'
          : 'does it exist, and is it private or gated? Then set HF_TOKEN to an access token'
      }`;
    case 404:
      return `the hub has no ${where} (404): check owner, name and revision`;
    default:
      return `${url} answered ${status}`;
  }
}

/** `Retry-After` in seconds, bounded; null when absent or a date. */
function waitOf(header: string | null): number | null {
  return header !== null && /^\d+$/.test(header) ? Math.min(LONGEST_WAIT_MS, Number(header) * 1000) : null;
}

/** fetch hides what went wrong in `cause`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
