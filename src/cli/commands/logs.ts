import { assertMeant } from '../ask.js';
import { renderLogReport } from '../render-logs.js';
import { withApi } from '../with-api.js';

export async function report(service: string, { since, output }: { since: string; output: string }): Promise<void> {
  const found = await withApi((api) => api.getLogReport(service, { since }));
  process.stdout.write(`${output === 'json' ? JSON.stringify(found) : renderLogReport(found)}\n`);
}

export async function prune({ keep, yes, output }: { keep: string; yes?: boolean; output: string }): Promise<void> {
  if (yes !== true) await assertMeant(`what is kept of logs from before the last ${keep} is dropped for good. Go on?`);
  const gone = await withApi((api) => api.pruneLogs({ keep }));
  const text = `dropped ${gone.days} days, ${gone.templates} templates, ${gone.batches} keys of deliveries`;
  process.stdout.write(`${output === 'json' ? JSON.stringify(gone) : text}\n`);
}
