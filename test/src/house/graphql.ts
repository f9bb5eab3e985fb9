/** @file Asking the API from outside, as any program with a key would. */
import { z } from 'zod';

const answerSchema = z.object({
  data: z.unknown().optional(),
  errors: z.array(z.object({ message: z.string() })).optional(),
});

/**
 * @param shape what the answer's `data` must look like
 * @throws Error with the API's own messages, or zod's when the answer has another shape
 */
export async function ask<Data>(
  apiUrl: string,
  key: string,
  shape: z.ZodType<Data>,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<Data> {
  const response = await fetch(`${apiUrl}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query, variables }),
  });
  const answer = answerSchema.parse(await response.json());
  if (answer.errors)
    throw new Error(`the API refused: ${answer.errors.map((error) => error.message).join('; ')}`);
  return shape.parse(answer.data);
}
