import type { RolloutState } from '../domain/rollout-state.js';
import { hasEnded } from '../domain/rollout-state.js';
import type { Route } from '../domain/route.js';
import type {
  InputRow,
  LabelledInputRow,
  MonitorData,
  OutcomeRow,
  OutputRow,
  ServingVersions,
  Take,
  VersionSpan,
} from '../ports/monitor-data.js';
import { feedbackByVersion, returnsByVersion, trafficByVersion } from './monitor-data-by-version.js';
import type { SqlClient } from './sql-client.js';

const ISO = `to_char(r.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
/** $1 to $4: service, version, since, until. */
const IN_SPAN = `service = $1::text AND version = $2::text AND at >= $3::timestamptz AND at < $4::timestamptz AND arm <> 'shadow'`;
/** A prediction's time is read from its id for a label: it may be rounded. Labels come from clients, and may name any time. */
const LATEST_TRUTH = `
  SELECT DISTINCT ON (prediction_id) prediction_id, label AS truth FROM sluice.feedback
  WHERE service = $1::text AND kind = 'label' AND version = $2::text
    AND predicted_at >= $3::timestamptz - interval '1 minute' AND predicted_at < $4::timestamptz + interval '1 minute'
  ORDER BY prediction_id, received_at DESC, feedback_id DESC`;

export function createSqlMonitorData(client: SqlClient): MonitorData {
  return {
    serving: (service) => serving(client, service),
    promotedAt: (service, version) => promotedAt(client, service, version),
    countOutputs: (span) => count(client, `sluice.prediction WHERE ${IN_SPAN} AND label IS NOT NULL`, span),
    outputs: (span, take) => rows<OutputRow>(client, 'sluice.prediction', 'label, score', span, take),
    outcomes: (span, take) => joined<OutcomeRow>(client, 'sluice.prediction', 'r.label AS predicted', span, take),
    countInputs: (span) => count(client, `sluice.feature_sample WHERE ${IN_SPAN}`, span),
    inputs: (span, take) => rows<InputRow>(client, 'sluice.feature_sample', 'features', span, take),
    labelledInputs: (span, take) =>
      joined<LabelledInputRow>(client, 'sluice.feature_sample', 'r.features, r.label AS predicted', span, take),
    traffic: (span) => trafficByVersion(client, span),
    feedback: (span) => feedbackByVersion(client, span),
    returns: (span, again) => returnsByVersion(client, span, again),
  };
}

async function serving(client: SqlClient, service: string): Promise<ServingVersions | null> {
  const [row] = await client.query<{ route: Route; savedAt: Date }>(
    'SELECT route, saved_at AS "savedAt" FROM sluice.route WHERE service = $1',
    [service],
  );
  if (row === undefined) return null;
  const { baseline, candidate, weightPercent } = row.route;
  return {
    baseline: baseline.version,
    candidate: weightPercent > 0 ? (candidate?.version ?? null) : null,
    since: row.savedAt.toISOString(),
  };
}

async function promotedAt(client: SqlClient, service: string, version: string): Promise<string | null> {
  const found = await client.query<{ state: RolloutState }>(
    `SELECT state FROM sluice.rollout
     WHERE service = $1 AND state->>'candidate' = $2 AND state->'phases'->'cutover'->>'status' = 'passed'
     ORDER BY started_at DESC LIMIT 20`,
    [service, version],
  );
  const kept = found.find(({ state }) => !hasEnded(state.status) || state.status === 'promoted');
  return kept?.state.phases.cutover.endedAt ?? null;
}

const paramsOf = ({ service, version, since, until }: VersionSpan) => [service, version, since, until];

async function count(client: SqlClient, from: string, span: VersionSpan): Promise<number> {
  const [row] = await client.query<{ n: number }>(`SELECT count(*)::int8 AS n FROM ${from}`, paramsOf(span));
  return row?.n ?? 0;
}

/** A digest of the id draws evenly, and draws the same rows again. */
const ORDER = { newest: 'r.at DESC, r.prediction_id', even: 'md5(r.prediction_id)' } as const;

function rows<Row>(
  client: SqlClient,
  table: Table,
  columns: string,
  span: VersionSpan,
  { most, which }: Take,
): Promise<Row[]> {
  return client.query<Row>(
    `SELECT ${ISO} AS at, ${columns} FROM ${table} AS r WHERE ${IN_SPAN} ${table === 'sluice.prediction' ? 'AND label IS NOT NULL' : ''}
     ORDER BY ${ORDER[which]} LIMIT $5::int8`,
    [...paramsOf(span), most],
  );
}

type Table = 'sluice.prediction' | 'sluice.feature_sample';

/** Parts of a span that are tried for the newest rows, before all of it is: a day of a busy service has millions. */
const PARTS = [1 / 256, 1 / 16];

/** Joined on reading, as labels come before their prediction or days after it. */
async function joined<Row>(
  client: SqlClient,
  table: Table,
  columns: string,
  span: VersionSpan,
  take: Take,
): Promise<Row[]> {
  for (const part of take.which === 'newest' ? PARTS : []) {
    const found = await joinedAtOnce<Row>(client, table, columns, endOf(span, part), take);
    if (found.length >= take.most) return found;
  }
  return joinedAtOnce<Row>(client, table, columns, span, take);
}

function endOf(span: VersionSpan, part: number): VersionSpan {
  const until = Date.parse(span.until);
  return { ...span, since: new Date(until - Math.max(0, until - Date.parse(span.since)) * part).toISOString() };
}

function joinedAtOnce<Row>(
  client: SqlClient,
  table: Table,
  columns: string,
  span: VersionSpan,
  { most, which }: Take,
): Promise<Row[]> {
  return client.transaction(async (sql) => {
    // As in outcomes.ts: without statistics the planner picks nested loops, which take minutes here.
    await sql.query('SET LOCAL enable_nestloop = off');
    return sql.query<Row>(
      `WITH truths AS (${LATEST_TRUTH}),
       r AS (SELECT * FROM ${table} WHERE ${IN_SPAN} AND label IS NOT NULL)
       SELECT ${ISO} AS at, ${columns}, truth FROM r JOIN truths USING (prediction_id)
       ORDER BY ${ORDER[which]} LIMIT $5::int8`,
      [...paramsOf(span), most],
    );
  });
}
