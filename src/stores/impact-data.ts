import type { ImpactReport } from '../domain/impact-report.js';
import type { ImpactData } from '../ports/impact-data.js';
import { impactGroupSeries, impactSeries } from './impact-series.js';
import { countHoldback, readHoldbackUnits } from './impact-units.js';
import { toJsonDocument } from './json-document.js';
import type { SqlClient } from './sql-client.js';

export function createSqlImpactData(client: SqlClient): ImpactData {
  return {
    series: (measure, span) => impactSeries(client, measure, span),
    groupSeries: (measure, span, groups) => impactGroupSeries(client, measure, span, groups),
    readOut: (measure, groups) => readHoldbackUnits(client, measure, groups),
    holdbackUnits: (groups) => countHoldback(client, groups),
    keep: (report) => keep(client, report),
    reports: (rolloutId) => reports(client, rolloutId, 'look'),
    report: async (rolloutId) => (await reports(client, rolloutId, 'look DESC LIMIT 1'))[0] ?? null,
  };
}

async function keep(client: SqlClient, report: ImpactReport): Promise<ImpactReport> {
  const { rolloutId, look, at } = report;
  // An update that changes nothing, as only what was written is returned.
  const [kept] = await client.query<{ report: ImpactReport }>(
    `INSERT INTO sluice.impact_report (rollout_id, look, at, report) VALUES ($1, $2, $3, $4::jsonb)
     ON CONFLICT (rollout_id, look) DO UPDATE SET look = excluded.look RETURNING report`,
    [rolloutId, look, at, toJsonDocument(report)],
  );
  return kept?.report ?? report;
}

async function reports(client: SqlClient, rolloutId: string, order: string): Promise<ImpactReport[]> {
  const rows = await client.query<{ report: ImpactReport }>(
    `SELECT report FROM sluice.impact_report WHERE rollout_id = $1 ORDER BY ${order}`,
    [rolloutId],
  );
  return rows.map(({ report }) => report);
}
