import { createClient } from './src/index.ts';
import { readFileSync } from 'node:fs';
const c = createClient({ url: 'http://127.0.0.1:4711', apiKey: readFileSync(process.env.D + '/worker-key','utf8').trim() });
for await (const r of c.runs.list()) { console.log(r.id, r.status, r.step, r.statusReason, r.leaseLive); for (const l of await c.runs.logs(r.id)) console.log('   ', l.time, l.level, l.message, l.step); }
