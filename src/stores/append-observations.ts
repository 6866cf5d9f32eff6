import type { ObservationBatch, PredictionRecord, ShadowPair } from '../domain/observation.js';
import { addToBuckets, addToTotals } from './arm-counts.js';
import { type Column, column, insertNew } from './bulk-insert.js';
import { addEvaluation } from './evaluation.js';
import { addFeedback } from './feedback-append.js';
import { addToShadowBuckets } from './shadow.js';
import type { SqlClient, SqlSession } from './sql-client.js';

const PREDICTION: readonly Column<PredictionRecord>[] = [
  column('prediction_id', 'text', (p) => p.predictionId),
  column('arm', 'text', (p) => p.arm),
  column('service', 'text', (p) => p.service),
  column('rollout_id', 'text', (p) => p.rolloutId),
  column('epoch', 'int8', (p) => p.epoch),
  column('version', 'text', (p) => p.version),
  column('segment', 'text', (p) => p.segment),
  column('at', 'timestamptz', (p) => p.at),
  column('unit_hash', 'text', (p) => p.unitHash),
  column('status', 'int4', (p) => p.status),
  column('latency_ms', 'float8', (p) => p.latencyMs),
  column('label', 'text', (p) => p.label),
  column('score', 'float8', (p) => p.score),
];

const SHADOW_PAIR: readonly Column<ShadowPair>[] = [
  column('prediction_id', 'text', (s) => s.predictionId),
  column('service', 'text', (s) => s.service),
  column('rollout_id', 'text', (s) => s.rolloutId),
  column('epoch', 'int8', (s) => s.epoch),
  column('at', 'timestamptz', (s) => s.at),
  column('baseline_label', 'text', (s) => s.baselineLabel),
  column('candidate_label', 'text', (s) => s.candidateLabel),
  column('baseline_score', 'float8', (s) => s.baselineScore),
  column('candidate_score', 'float8', (s) => s.candidateScore),
  column('baseline_latency_ms', 'float8', (s) => s.baselineLatencyMs),
  column('candidate_latency_ms', 'float8', (s) => s.candidateLatencyMs),
  column('baseline_error', 'boolean', (s) => s.baselineError),
  column('candidate_error', 'boolean', (s) => s.candidateError),
];

/**
 * Adds a batch in one transaction. A second delivery finds its key taken; one that runs at the same time waits there until
 * the first has ended, so it can't count twice and can't be lost.
 * @returns false where the batch was added before
 */
export async function appendObservations(client: SqlClient, batch: ObservationBatch): Promise<boolean> {
  return client.transaction(async (sql) => {
    if (!(await takeBatchKey(sql, batch))) return false;
    await addToBuckets(sql, batch.buckets);
    await insertNew(sql, 'sluice.prediction', PREDICTION, 2, batch.predictions);
    await insertNew(sql, 'sluice.shadow_pair', SHADOW_PAIR, 1, batch.shadowPairs);
    await addEvaluation(sql, batch.exposures, batch.interleaved, batch.features);
    await addFeedback(sql, batch.feedback);
    await addToShadowBuckets(sql, batch.shadowBuckets);
    await addToTotals(sql, batch.buckets);
    return true;
  });
}

async function takeBatchKey(sql: SqlSession, batch: ObservationBatch): Promise<boolean> {
  const { bootId, sequence, gatewayId, sentAt, dropped } = batch;
  const added = await sql.query(
    `INSERT INTO sluice.observation_batch
       (boot_id, sequence, gateway_id, sent_at, dropped_shadow_copies, dropped_predictions, dropped_batches)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING sequence`,
    [bootId, sequence, gatewayId, sentAt, dropped.shadowCopies, dropped.predictions, dropped.batches],
  );
  return added.length === 1;
}
