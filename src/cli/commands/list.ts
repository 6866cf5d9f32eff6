import { listRollouts } from '../../client/list-rollouts.js';
import { renderTable } from '../render-table.js';
import { withTemporal } from '../with-temporal.js';

export async function list(options: { active?: boolean; limit: number; output: string }): Promise<void> {
  const found = await withTemporal(({ client }) =>
    listRollouts(client, { active: options.active === true, limit: options.limit }),
  );
  if (options.output === 'json') return void process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  const rows = found.map((r) => [
    r.service,
    r.versions,
    r.awaitingApproval ? `${r.status} (needs you)` : r.status,
    r.phase,
    r.weightPercent === null ? '' : `${r.weightPercent} %`,
    r.startedAt,
    r.rolloutId,
  ]);
  process.stdout.write(
    `${renderTable(['SERVICE', 'VERSIONS', 'STATUS', 'PHASE', 'WEIGHT', 'STARTED', 'ROLLOUT'], rows)}\n`,
  );
}
