import type { ShadowBucket } from '../domain/observation.js';
import type { Scope, ShadowSummary } from '../ports/store.js';
import { arraysOf, type Column, column, namesOf, unnested } from './bulk-insert.js';
import { inScope, scopeParams } from './scope.js';
import type { SqlClient, SqlSession } from './sql-client.js';

const KEY: readonly Column<ShadowBucket>[] = [
  column('service', 'text', (b) => b.service),
  column('epoch', 'int8', (b) => b.epoch),
  column('rollout_id', 'text', (b) => b.rolloutId ?? ''),
  column('bucket_start', 'timestamptz', (b) => new Date(b.bucketStart).toISOString()),
];
const SUMS: readonly Column<ShadowBucket>[] = [
  column('pairs', 'int8', (b) => b.pairs),
  column('compared', 'int8', (b) => b.compared),
  column('agreed', 'int8', (b) => b.agreed),
  column('baseline_errors', 'int8', (b) => b.baselineErrors),
  column('candidate_errors', 'int8', (b) => b.candidateErrors),
  column('latency_count', 'int8', (b) => b.latencyDifferenceMs.count),
  column('latency_sum', 'float8', (b) => b.latencyDifferenceMs.sum),
  column('score_count', 'int8', (b) => b.scoreDifference.count),
  column('score_sum', 'float8', (b) => b.scoreDifference.sum),
];

/** Adds sums of shadow pairs; batches that arrive together add up. */
export async function addToShadowBuckets(sql: SqlSession, buckets: readonly ShadowBucket[]): Promise<void> {
  if (buckets.length === 0) return;
  const columns = [...KEY, ...SUMS];
  // A batch may hold one bucket twice, and a statement may not write a row twice: summed before.
  await sql.query(
    `INSERT INTO sluice.shadow_bucket AS t (${namesOf(columns)})
     SELECT ${namesOf(KEY)}, ${SUMS.map(({ name, type }) => `sum(${name})::${type}`).join(', ')}
     FROM ${unnested(columns)} AS r (${namesOf(columns)}) GROUP BY ${namesOf(KEY)} ORDER BY ${namesOf(KEY)}
     ON CONFLICT (${namesOf(KEY)}) DO UPDATE SET ${SUMS.map(({ name }) => `${name} = t.${name} + excluded.${name}`).join(', ')}`,
    arraysOf(columns, buckets),
  );
}

/** Over all pairs, whether they were sampled or not. */
export async function shadowSummary(client: SqlClient, scope: Scope): Promise<ShadowSummary> {
  const int = (name: string) => `coalesce(sum(${name}), 0)::int8`;
  const float = (name: string) => `coalesce(sum(${name}), 0)::float8`;
  const total = (name: string) => `json_build_object('count', ${int(`${name}_count`)}, 'sum', ${float(`${name}_sum`)})`;
  const rows = await client.query<ShadowSummary>(
    `SELECT ${int('pairs')} AS pairs, ${int('compared')} AS compared, ${int('agreed')} AS agreed,
       ${int('baseline_errors')} AS "baselineErrors", ${int('candidate_errors')} AS "candidateErrors",
       ${total('latency')} AS "latencyDifferenceMs", ${total('score')} AS "scoreDifference"
     FROM sluice.shadow_bucket WHERE ${inScope('bucket_start')}`,
    scopeParams(scope),
  );
  const [summary] = rows;
  if (summary === undefined) throw new TypeError('an aggregate without GROUP BY gave no row');
  return summary;
}
