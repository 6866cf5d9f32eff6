import { SluiceError } from '../domain/errors.js';
import { VALIDATION_ID, type ValidationReport } from '../domain/validation.js';
import type { ValidationResults, ValidationSummary } from '../ports/validation-results.js';
import { toJsonDocument } from './json-document.js';
import type { SqlClient } from './sql-client.js';

/** Progress that nobody has come back for: of rollouts that were stopped meanwhile. */
const STALE_DAYS = 7;

export function createSqlValidations(client: SqlClient): ValidationResults {
  return {
    saveReport: (report) => saveReport(client, report),
    report: (id) => report(client, id),
    reports: (filter) => reports(client, filter),
    saveProgress: (key, progress) => saveProgress(client, key, progress),
    progress: (key) => progress(client, key),
    clearProgress: (key) => clearProgress(client, key),
  };
}

async function saveReport(client: SqlClient, report: ValidationReport): Promise<void> {
  const { id, service, rolloutId, candidate, baseline, dataset, planDigest, endedAt, verdict } = report;
  if (!VALIDATION_ID.test(id)) throw new RangeError(`validation id ${JSON.stringify(id)}: expected ${VALIDATION_ID}`);
  await client.query(
    `INSERT INTO sluice.validation
       (id, service, rollout_id, candidate, baseline, dataset_digest, plan_digest, ended_at, verdict, report)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb) ON CONFLICT (id) DO NOTHING`,
    [
      id,
      service,
      rolloutId,
      candidate.version,
      baseline.version,
      dataset.digest,
      planDigest,
      endedAt,
      verdict,
      toJsonDocument(report),
    ],
  );
}

async function report(client: SqlClient, id: string): Promise<ValidationReport | null> {
  const [row] = await client.query<{ report: ValidationReport }>('SELECT report FROM sluice.validation WHERE id = $1', [
    id,
  ]);
  return row?.report ?? null;
}

async function reports(
  client: SqlClient,
  { service, candidate, limit }: Parameters<ValidationResults['reports']>[0],
): Promise<ValidationSummary[]> {
  const rows = await client.query<Omit<ValidationSummary, 'endedAt'> & { endedAt: Date }>(
    `SELECT id, service, rollout_id AS "rolloutId", candidate, baseline, dataset_digest AS "datasetDigest",
       plan_digest AS "planDigest", ended_at AS "endedAt", verdict
     FROM sluice.validation WHERE service = $1 AND ($2::text IS NULL OR candidate = $2)
     ORDER BY ended_at DESC, sequence DESC LIMIT $3::int8`,
    [service, candidate ?? null, limit],
  );
  return rows.map((row) => ({ ...row, endedAt: row.endedAt.toISOString() }));
}

async function saveProgress(client: SqlClient, key: string, progress: unknown): Promise<void> {
  await client.query(
    `INSERT INTO sluice.validation_progress (key, progress) VALUES ($1, $2)
     ON CONFLICT (key) DO UPDATE SET progress = excluded.progress, saved_at = now()`,
    [key, progressText(progress)],
  );
}

/** @throws {RangeError} on NaN and infinities, that JSON would turn into null without a word */
function progressText(progress: unknown): string {
  return JSON.stringify(progress ?? null, (key, part: unknown) => {
    if (typeof part === 'number' && !Number.isFinite(part)) throw new RangeError(`${key} is ${part}`);
    return part;
  });
}

async function progress(client: SqlClient, key: string): Promise<unknown> {
  const [row] = await client.query<{ progress: string }>(
    'SELECT progress FROM sluice.validation_progress WHERE key = $1',
    [key],
  );
  if (row === undefined) return null;
  try {
    return JSON.parse(row.progress);
  } catch (error) {
    throw new SluiceError('STORE_SCHEMA', `the progress of validation ${key} was changed in the store`, {
      cause: error,
    });
  }
}

async function clearProgress(client: SqlClient, key: string): Promise<void> {
  await client.query(
    "DELETE FROM sluice.validation_progress WHERE key = $1 OR saved_at < now() - $2::int4 * interval '1 day'",
    [key, STALE_DAYS],
  );
}
