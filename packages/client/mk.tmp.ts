import { createClient } from './src/index.ts';
import { readFileSync } from 'node:fs';
const c = createClient({ url: 'http://127.0.0.1:4711', apiKey: readFileSync(process.env.D + '/worker-key','utf8').trim() });
const p = await c.projects.get('play');
const r = await c.runs.create({ projectId: p.id, yaml: readFileSync('/tmp/cl/long.yaml','utf8') });
console.log(r.id, r.status);
