/** @file One GraphQL request, for tests. */

export interface GraphqlResult<Data> {
  status: number;
  headers: Headers;
  data: Data | null;
  errors: {
    message: string;
    path?: (string | number)[];
    extensions: { code: string; [more: string]: unknown };
  }[];
}

/** @param body a GraphQL request, or text that is sent as it is. */
export async function sendGraphql<Data = Record<string, unknown>>(
  url: string,
  body: { query: string; variables?: Record<string, unknown>; operationName?: string } | string,
  headers: Record<string, string> = {},
): Promise<GraphqlResult<Data>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const answer: Partial<GraphqlResult<Data>> = JSON.parse(await response.text());
  return {
    status: response.status,
    headers: response.headers,
    data: answer.data ?? null,
    errors: answer.errors ?? [],
  };
}
