/**
 * @file As much of the API as recording needs, in a process of its own: hands out a lease and acknowledges step records after a delay.
 * Run by `recordingBench.ts`; tells its port over the channel.
 */
import { createServer } from 'node:http';

import { z } from 'zod';

const requestSchema = z.object({
  query: z.string(),
  variables: z.object({
    input: z.looseObject({ records: z.array(z.object({ sequence: z.number() })).default([]) }),
  }),
});

const delayMs = Number(process.argv[2] ?? 0);

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const { query, variables } = requestSchema.parse(JSON.parse(Buffer.concat(parts).toString()));
    const acknowledged = variables.input.records.map(({ sequence }) => sequence);
    const data = query.includes('recordSteps(')
      ? { recordSteps: { acknowledged, duplicates: [], errors: [] } }
      : { claimRun: { lease: { token: 'bench', run: { id: 'bench' } }, errors: [] } };
    setTimeout(() => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ data }));
    }, delayMs);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the stub has no port');
  process.send?.({ port: address.port });
});
process.on('disconnect', () => process.exit(0));
