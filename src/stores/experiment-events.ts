import type { MetricDefinition } from '../domain/spec/metric-definition.js';
import { type FeedbackSource, type MetricSource, type SqlSource, sourcesOf } from '../domain/spec/metric-definition.js';
import type { ExperimentScope } from '../ports/experiment-data.js';
import type { SqlParams } from './sql-params.js';

/** Clocks of senders and gateways may differ by this. */
export const CLOCK_TOLERANCE = "interval '5 minutes'";

/** Which events are read, and the statement that they are read in. */
export interface EventSpan {
  readonly params: SqlParams;
  readonly scope: ExperimentScope;
  /** ISO: from there on, up to but without `to`. */
  readonly from: string;
  readonly to: string;
  /** Under which a metric's own rows have been put into `sluice.experiment_event`. */
  readonly reading: string;
  readonly staged: ReadonlyMap<SqlSource['sql'], number>;
}

/** Feedback that judges a prediction happened when that was made; what a user did, when it was done. */
const OPINIONS: ReadonlySet<string> = new Set(['label', 'thumb', 'rating']);
/** Each is one more; of all other feedback on a prediction the latest counts, so that minds can be changed. */
const ADDS_UP: ReadonlySet<string> = new Set(['revenue', 'survey']);

/** `unit_hash`, `at`, `value` of each event of a source. */
export function eventsOf(source: MetricSource, span: EventSpan): string {
  if ('feedback' in source) return feedbackEvents(source, span);
  if ('outcome' in source) return outcomeEvents(source.outcome, span);
  const { params, reading, staged } = span;
  return `SELECT unit_hash, at, value FROM sluice.experiment_event
    WHERE reading = ${params.add(reading, 'text')} AND source = ${params.add(staged.get(source.sql), 'int4')}`;
}

/** When it happened, over the columns of sluice.feedback. */
export function feedbackTime(kind: string): string {
  return OPINIONS.has(kind) ? 'coalesce(f.predicted_at, f.occurred_at)' : 'f.occurred_at';
}

/** From beyond what clocks may differ by. */
export const IS_FUTURE = `(f.received_at > now() + ${CLOCK_TOLERANCE}
  OR greatest(f.occurred_at, f.predicted_at) > f.received_at + ${CLOCK_TOLERANCE})`;

/** Feedback of a kind with the unit it is about, as `unit`: as it says itself, else by its prediction. */
export function feedbackOfUnits(
  kind: string,
  columns: string,
  { params, scope, from, to }: EventSpan,
  which: 'until then' | 'and what is from the future' = 'until then',
): string {
  const known = `f.received_at < ${params.add(to, 'timestamptz')}`;
  const first = `${params.add(from, 'timestamptz')} - ${CLOCK_TOLERANCE}`;
  // The truth may have been there before anybody predicted it: an opinion is as old as its prediction.
  const isInTime = `(f.occurred_at >= ${first}${OPINIONS.has(kind) ? ` OR f.predicted_at >= ${first}` : ''})`;
  const isOurs = `f.service = ${params.add(scope.service, 'text')} AND f.kind = ${params.add(kind, 'text')}
      AND ${isInTime} AND ${which === 'until then' ? known : `(${known} OR ${IS_FUTURE})`}`;
  return `SELECT f.unit_hash AS unit, ${columns} FROM sluice.feedback AS f WHERE ${isOurs} AND f.unit_hash IS NOT NULL
    UNION ALL
    SELECT p.unit_hash AS unit, ${columns} FROM sluice.feedback AS f
    LEFT JOIN sluice.prediction AS p ON p.prediction_id = f.prediction_id AND p.arm = f.arm
    WHERE ${isOurs} AND f.unit_hash IS NULL`;
}

function feedbackEvents({ feedback: kind, survey }: FeedbackSource, span: EventSpan): string {
  const columns = `f.prediction_id, f.item, f.feedback_id, f.received_at, f.value, f.survey, ${feedbackTime(kind)} AS at`;
  const told = `SELECT * FROM (${feedbackOfUnits(kind, `${columns}, ${IS_FUTURE} AS is_future`, span)}) AS told
    WHERE unit IS NOT NULL AND NOT is_future${survey === undefined ? '' : ` AND survey = ${span.params.add(survey, 'text')}`}`;
  // A label has no value: it can be counted.
  const value = kind === 'label' ? '1' : 'value';
  if (ADDS_UP.has(kind)) return `SELECT unit AS unit_hash, at, ${value}::float8 AS value FROM (${told}) AS f`;
  return `SELECT DISTINCT ON (${FAST}, key COLLATE "C", item COLLATE "C") unit AS unit_hash, at, ${value}::float8 AS value
    FROM (SELECT *, coalesce(prediction_id, feedback_id) AS key FROM (${told}) AS f) AS f
    ORDER BY ${FAST}, key COLLATE "C", item COLLATE "C", received_at DESC, feedback_id COLLATE "C" DESC`;
}

/** Ids of predictions begin alike, so that sorting by them compares long texts; their hashes differ at once. */
const FAST = 'hashtextextended(key, 0)';

function outcomeEvents(outcome: 'accuracy' | 'error' | 'latency' | 'requests', span: EventSpan): string {
  switch (outcome) {
    case 'accuracy':
      return accuracyEvents(span);
    case 'error':
      return `${predictionEvents('(p.status >= 500)::int4::float8', span)} UNION ALL ${rescuedEvents(span)}`;
    case 'latency':
      return predictionEvents('p.latency_ms', span);
    case 'requests':
      return predictionEvents('1::float8', span);
  }
}

function predictionsIn({ params, scope, from, to }: EventSpan): string {
  return `p.service = ${params.add(scope.service, 'text')} AND p.at >= ${params.add(from, 'timestamptz')} AND p.at < ${params.add(to, 'timestamptz')}`;
}

function predictionEvents(value: string, span: EventSpan): string {
  return `SELECT p.unit_hash, p.at, ${value} AS value FROM sluice.prediction AS p
    WHERE ${predictionsIn(span)} AND p.arm IN ('baseline', 'candidate')`;
}

/** Where the candidate failed and the baseline answered in its place, its answer is neither arm's, and the candidate's failure has no record of its own. */
function rescuedEvents(span: EventSpan): string {
  return `SELECT p.unit_hash, p.at, 1::float8 AS value FROM sluice.prediction AS p
    JOIN pg_temp.experiment_unit AS u ON u.unit_hash = p.unit_hash AND u.arm = 'candidate'
    JOIN sluice.route_epoch AS r ON r.service = p.service AND r.epoch = p.epoch AND r.baseline = p.version
    WHERE ${predictionsIn(span)} AND p.arm = 'other'`;
}

/** Labels come before their prediction's record or days after it: joined on reading, the latest that came. */
function accuracyEvents(span: EventSpan): string {
  const { params, scope, from, to } = span;
  return `SELECT p.unit_hash, p.at, (p.label = l.label)::int4::float8 AS value
    FROM sluice.prediction AS p JOIN (
      SELECT DISTINCT ON (${FAST}, key COLLATE "C") key AS prediction_id, label
      FROM (SELECT *, prediction_id AS key FROM sluice.feedback) AS f
      WHERE f.service = ${params.add(scope.service, 'text')} AND f.kind = 'label' AND f.prediction_id IS NOT NULL
        AND f.predicted_at >= ${params.add(from, 'timestamptz')} - ${CLOCK_TOLERANCE} AND f.predicted_at < ${params.add(to, 'timestamptz')} + ${CLOCK_TOLERANCE}
        AND f.received_at < ${params.add(to, 'timestamptz')} AND NOT ${IS_FUTURE}
      ORDER BY ${FAST}, key COLLATE "C", f.received_at DESC, f.feedback_id COLLATE "C" DESC
    ) AS l USING (prediction_id)
    WHERE ${predictionsIn(span)} AND p.arm IN ('baseline', 'candidate') AND p.label IS NOT NULL`;
}

/** All sources of some metrics, each once. */
export function sourcesOfAll(metrics: readonly MetricDefinition[]): MetricSource[] {
  return metrics.flatMap((metric) => {
    const { value, denominator } = sourcesOf(metric);
    return [value, denominator].flatMap((taken) => (taken === null ? [] : [taken.source]));
  });
}
