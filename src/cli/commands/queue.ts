import { openControl } from '../control/control.js';
import { type MaybeDry, printDryRun } from '../dry-run.js';
import { renderTable } from '../render-table.js';

export async function queue(service: string, { output }: { readonly output: string }): Promise<void> {
  const found = await (await openControl(undefined)).queue(service);
  if (output === 'json') return void process.stdout.write(`${JSON.stringify(found)}\n`);
  const rows = found.entries.map((entry, index) => [
    String(index + 1),
    entry.rolloutId,
    entry.versions,
    entry.startedBy,
    entry.enqueuedAt,
  ]);
  process.stdout.write(`${renderTable(['', 'ROLLOUT', 'VERSIONS', 'BY', 'SINCE'], rows)}\n`);
}

export async function takeOut(service: string, rolloutId: string, { dryRun }: MaybeDry = {}): Promise<void> {
  if (dryRun === true) return printDryRun(`take ${rolloutId} out of the queue of ${service}`, { service, rolloutId });
  await (await openControl(undefined)).dequeue(service, rolloutId);
  process.stdout.write(`${rolloutId} waits no more\n`);
}
