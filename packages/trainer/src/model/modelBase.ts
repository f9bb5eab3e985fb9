/** @file What identifies the files that a trained model stands on. */
import { createHash } from 'node:crypto';
import { open, readdir } from 'node:fs/promises';
import path from 'node:path';

/** Everything that decides what the model computes, how text becomes its ids, and which ids end a completion. */
const DECISIVE =
  /^(config\.json|generation_config\.json|tokenizer\.json|tokenizer_config\.json|special_tokens_map\.json|chat_template\.jinja|model.*\.safetensors)$/;

const CHUNK_BYTES = 4 * 1024 * 1024;

/** SHA-256 (hex) over names, sizes and content of a model directory's decisive files. */
export async function hashModelFiles(dir: string): Promise<string> {
  const names = (await readdir(dir)).filter((name) => DECISIVE.test(name)).sort();
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(CHUNK_BYTES);
  for (const name of names) {
    const file = await open(path.join(dir, name));
    try {
      hash.update(`${name}\0${(await file.stat()).size}\0`);
      for (;;) {
        const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES);
        if (bytesRead === 0) break;
        hash.update(chunk.subarray(0, bytesRead));
      }
    } finally {
      await file.close();
    }
  }
  return hash.digest('hex');
}
