import type { LogReport } from '../../monitors/logs/report.js';
import type { PrunedLogs } from '../../ports/log-store.js';
import { askApi } from '../ask-api.js';
import { renderLogReport } from '../render-logs.js';

export async function report(service: string, { since, output }: { since: string; output: string }): Promise<void> {
  const found = await askApi<LogReport>({
    method: 'GET',
    url: `/v1/logs/${encodeURIComponent(service)}/report`,
    params: { since },
  });
  process.stdout.write(`${output === 'json' ? JSON.stringify(found) : renderLogReport(found)}\n`);
}

export async function prune({ keep, output }: { keep: string; output: string }): Promise<void> {
  const gone = await askApi<PrunedLogs>({ method: 'POST', url: '/v1/logs/prune', data: { keep } });
  const text = `dropped ${gone.days} days, ${gone.templates} templates, ${gone.batches} keys of deliveries`;
  process.stdout.write(`${output === 'json' ? JSON.stringify(gone) : text}\n`);
}
