import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Writes a secret so that only this user can read it, whole or not at all. */
export async function writeSecretFile(file: string, secret: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const aside = `${file}.${process.pid}.tmp`;
  await writeFile(aside, `${secret}\n`, { mode: 0o600 });
  // `mode` counts only for a file that was not there.
  await chmod(aside, 0o600);
  await rename(aside, file);
}
