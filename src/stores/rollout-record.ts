import type { ExperimentReport } from '../domain/experiment.js';
import type { RolloutSpec } from '../domain/spec/rollout-spec.js';
import type { RolloutRecord } from '../ports/rollout-record.js';
import { toJsonDocument } from './json-document.js';
import type { SqlClient } from './sql-client.js';

export function createSqlRolloutRecord(client: SqlClient): RolloutRecord {
  return {
    async saveSpec(rolloutId, spec) {
      const sql =
        'INSERT INTO sluice.rollout_spec (rollout_id, spec) VALUES ($1, $2::jsonb) ON CONFLICT (rollout_id) DO NOTHING';
      await client.query(sql, [rolloutId, toJsonDocument(spec)]);
    },
    async spec(rolloutId) {
      const sql = 'SELECT spec FROM sluice.rollout_spec WHERE rollout_id = $1';
      const [row] = await client.query<{ spec: RolloutSpec }>(sql, [rolloutId]);
      return row?.spec ?? null;
    },
    async saveExperiment(rolloutId, report) {
      const sql = `INSERT INTO sluice.experiment_report (rollout_id, at, report) VALUES ($1, $2, $3::jsonb)
        ON CONFLICT (rollout_id, at) DO NOTHING`;
      await client.query(sql, [rolloutId, report.at, toJsonDocument(report)]);
    },
    newestExperiment: async (rolloutId) => (await looks(client, rolloutId, 'DESC LIMIT 1'))[0] ?? null,
    experiments: (rolloutId) => looks(client, rolloutId, 'ASC'),
  };
}

async function looks(client: SqlClient, rolloutId: string, order: 'ASC' | 'DESC LIMIT 1'): Promise<ExperimentReport[]> {
  const sql = `SELECT report FROM sluice.experiment_report WHERE rollout_id = $1 ORDER BY at ${order}`;
  const rows = await client.query<{ report: ExperimentReport }>(sql, [rolloutId]);
  return rows.map(({ report }) => report);
}
