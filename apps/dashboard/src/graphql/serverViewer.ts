/** @file The one question that the server itself asks: who is signed in. */
import { print } from 'graphql';
import { cookies } from 'next/headers';
import { z } from 'zod';
import { graphql } from './generated/index.ts';

const serverViewerQuery = graphql(`
  query ServerViewer {
    viewer {
      role
      permissions
      user {
        id
        name
        email
      }
      workspace {
        id
        name
      }
    }
  }
`);

const viewerSchema = z.object({
  role: z.enum(['OWNER', 'RESEARCHER', 'REVIEWER', 'VIEWER']),
  permissions: z.array(z.string()),
  user: z.object({ id: z.string(), name: z.string(), email: z.string().nullable() }),
  workspace: z.object({ id: z.string(), name: z.string() }),
});
const answerSchema = z.object({ data: z.object({ viewer: viewerSchema.nullable() }) });

export type ServerViewer =
  | { readonly kind: 'signed-in'; readonly viewer: z.output<typeof viewerSchema> }
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'unavailable'; readonly reason: string };

/** Asks the API with the request's own session cookie. Never throws: an API that is away is an answer. */
export async function serverViewer(): Promise<ServerViewer> {
  const cookie = (await cookies()).toString();
  if (!cookie.includes('nabla_session=')) return { kind: 'anonymous' };
  const apiUrl = process.env['API_URL'] ?? 'http://127.0.0.1:4000';
  try {
    const response = await fetch(`${apiUrl}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie, origin: new URL(apiUrl).origin },
      body: JSON.stringify({ query: print(serverViewerQuery) }),
      cache: 'no-store',
      signal: AbortSignal.timeout(5000),
    });
    if (response.status === 401) return { kind: 'anonymous' };
    const answer = answerSchema.safeParse(await response.json());
    if (!answer.success)
      return { kind: 'unavailable', reason: `the API answered with status ${response.status}` };
    const { viewer } = answer.data.data;
    return viewer ? { kind: 'signed-in', viewer } : { kind: 'anonymous' };
  } catch (error) {
    // fetch says only "fetch failed"; why is in its cause.
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { kind: 'unavailable', reason: cause instanceof Error ? cause.message : String(cause) };
  }
}
