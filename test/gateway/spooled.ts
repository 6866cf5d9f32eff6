import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';

/** Names of the batches that wait on a gateway's disk, oldest first. */
export async function spooled(stateDir: string): Promise<string[]> {
  return (await readdir(join(stateDir, 'spool'))).filter((name) => name.endsWith('.json')).sort();
}

/** As if all of them had been made so much earlier; before the gateway starts. */
export async function ageSpool(stateDir: string, ms: number): Promise<void> {
  for (const name of await spooled(stateDir)) {
    const at = String(Number.parseInt(name, 10) - ms).padStart(15, '0');
    await rename(join(stateDir, 'spool', name), join(stateDir, 'spool', name.replace(/^\d+/, at)));
  }
}
