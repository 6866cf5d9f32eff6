import type { ExposureRecord, FeatureSample, InterleavedList } from '../domain/observation.js';
import type { ClickedList, Scope } from '../ports/store.js';
import { type Column, column, insertNew } from './bulk-insert.js';
import { toJsonDocument } from './json-document.js';
import { inScope, scopeParams } from './scope.js';
import type { SqlClient, SqlSession } from './sql-client.js';

const EXPOSURE: readonly Column<ExposureRecord>[] = [
  column('service', 'text', (e) => e.service),
  column('epoch', 'int8', (e) => e.epoch),
  column('unit_hash', 'text', (e) => e.unitHash),
  column('rollout_id', 'text', (e) => e.rolloutId),
  column('arm', 'text', (e) => e.arm),
  column('version', 'text', (e) => e.version),
  column('segment', 'text', (e) => e.segment),
  column('at', 'timestamptz', (e) => e.at),
];

const LIST: readonly Column<InterleavedList>[] = [
  column('prediction_id', 'text', (l) => l.predictionId),
  column('service', 'text', (l) => l.service),
  column('epoch', 'int8', (l) => l.epoch),
  column('rollout_id', 'text', (l) => l.rolloutId),
  column('method', 'text', (l) => l.method),
  column('at', 'timestamptz', (l) => l.at),
  column('unit_hash', 'text', (l) => l.unitHash),
  column('items', 'jsonb', (l) => toJsonDocument(l.items)),
];

const SAMPLE: readonly Column<FeatureSample>[] = [
  column('prediction_id', 'text', (f) => f.predictionId),
  column('arm', 'text', (f) => f.arm),
  column('service', 'text', (f) => f.service),
  column('epoch', 'int8', (f) => f.epoch),
  column('rollout_id', 'text', (f) => f.rolloutId),
  column('version', 'text', (f) => f.version),
  column('segment', 'text', (f) => f.segment),
  column('at', 'timestamptz', (f) => f.at),
  column('features', 'jsonb', (f) => toJsonDocument(f.features)),
  column('label', 'text', (f) => f.label),
  column('score', 'float8', (f) => f.score),
];

export async function addEvaluation(
  sql: SqlSession,
  exposures: readonly ExposureRecord[],
  lists: readonly InterleavedList[],
  features: readonly FeatureSample[],
): Promise<void> {
  await insertNew(sql, 'sluice.exposure', EXPOSURE, 3, exposures);
  await insertNew(sql, 'sluice.interleaved_list', LIST, 1, lists);
  await insertNew(sql, 'sluice.feature_sample', SAMPLE, 2, features);
}

/** Merged lists on which somebody clicked, with the items that were; each item once, however often it was. */
export async function clickedLists(client: SqlClient, scope: Scope): Promise<ClickedList[]> {
  return client.query<ClickedList>(
    `SELECT prediction_id AS "predictionId", l.unit_hash AS "unitHash", method, items, json_agg(DISTINCT f.item) AS clicked
     FROM (SELECT prediction_id, unit_hash, method, items FROM sluice.interleaved_list WHERE ${inScope('at')}) AS l
     JOIN sluice.feedback AS f USING (prediction_id)
     WHERE f.service = $1 AND f.kind = 'click' AND f.value = 1
     GROUP BY prediction_id, l.unit_hash, method, items ORDER BY prediction_id`,
    scopeParams(scope),
  );
}

/** The newest samples of a version's features and outputs. */
export async function featureSamples(
  client: SqlClient,
  scope: Scope,
  version: string,
  most: number,
): Promise<FeatureSample[]> {
  return client.query<FeatureSample>(
    `SELECT prediction_id AS "predictionId", arm, service, epoch, rollout_id AS "rolloutId", version, segment,
       to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at, features, label, score
     FROM sluice.feature_sample WHERE ${inScope('at')} AND version = $7::text
     ORDER BY sluice.feature_sample.at DESC, prediction_id LIMIT $8::int8`,
    [...scopeParams(scope), version, most],
  );
}
