import type { ImpactSource } from '../domain/impact-measure.js';
import type { HoldbackQuestion } from '../ports/impact-data.js';
import type { SqlParams } from './sql-params.js';

/** Which events are read; ISO, `until` is exclusive. */
export interface EventTime {
  readonly service: string;
  readonly since: string;
  readonly until: string;
}

/** Each of these is one more; of all other feedback on a prediction the latest counts, so that minds can be changed. */
const ADDS_UP: ReadonlySet<string> = new Set(['revenue', 'survey']);

/**
 * `at`, `version`, `arm`, `unit` and `value` of each event of a source. What is said of a prediction belongs to the prediction's time, what is said of a unit
 * alone to its own, with no version.
 */
export function impactEvents(source: ImpactSource, time: EventTime, params: SqlParams): string {
  if ('feedback' in source) return feedbackEvents(source, time, params);
  switch (source.outcome) {
    case 'accuracy':
      return accuracyEvents(time, params);
    case 'error':
      return predictionEvents('(p.status >= 500)::int4::float8', time, params);
    case 'latency':
      return predictionEvents('p.latency_ms', time, params);
    case 'requests':
      return predictionEvents('1::float8', time, params);
  }
}

function inTime(column: string, { service, since, until }: EventTime, params: SqlParams, table: string): string {
  return `${table}.service = ${params.add(service, 'text')} AND ${column} >= ${params.add(since, 'timestamptz')} AND ${column} < ${params.add(until, 'timestamptz')}`;
}

function predictionEvents(value: string, time: EventTime, params: SqlParams): string {
  return `SELECT p.at, p.version, p.arm, p.unit_hash AS unit, ${value} AS value FROM sluice.prediction AS p
    WHERE ${inTime('p.at', time, params, 'p')} AND p.arm <> 'shadow'`;
}

function accuracyEvents(time: EventTime, params: SqlParams): string {
  return `SELECT p.at, p.version, p.arm, p.unit_hash AS unit, (p.label = l.label)::int4::float8 AS value
    FROM sluice.prediction AS p JOIN (
      SELECT DISTINCT ON (f.prediction_id) f.prediction_id, f.label FROM sluice.feedback AS f
      WHERE f.service = ${params.add(time.service, 'text')} AND f.kind = 'label' AND f.prediction_id IS NOT NULL
        -- A prediction's time is read from its id for a label: it may be rounded.
        AND f.predicted_at >= ${params.add(time.since, 'timestamptz')} - interval '1 minute'
        AND f.predicted_at < ${params.add(time.until, 'timestamptz')} + interval '1 minute'
      ORDER BY f.prediction_id, f.received_at DESC, f.feedback_id DESC
    ) AS l USING (prediction_id)
    WHERE ${inTime('p.at', time, params, 'p')} AND p.arm <> 'shadow' AND p.label IS NOT NULL`;
}

type FeedbackEvents = Extract<ImpactSource, { feedback: unknown }>;

function feedbackEvents({ feedback: kind, survey }: FeedbackEvents, time: EventTime, params: SqlParams): string {
  // A label has no value: it can be counted.
  const value = kind === 'label' ? '1::float8' : 'f.value';
  const at = 'coalesce(f.predicted_at, f.occurred_at)';
  const told = `FROM sluice.feedback AS f
    LEFT JOIN sluice.prediction AS p ON p.prediction_id = f.prediction_id AND p.arm = f.arm
    WHERE ${inTime(at, time, params, 'f')} AND f.kind = ${params.add(kind, 'text')}${survey === undefined ? '' : ` AND f.survey = ${params.add(survey, 'text')}`} AND f.arm IS DISTINCT FROM 'shadow'`;
  const columns = `${at} AS at, f.version, f.arm, coalesce(f.unit_hash, p.unit_hash) AS unit, ${value} AS value`;
  if (ADDS_UP.has(kind)) return `SELECT ${columns} ${told}`;
  const subject = 'coalesce(f.prediction_id, f.feedback_id), f.item';
  return `SELECT DISTINCT ON (${subject}) ${columns} ${told} ORDER BY ${subject}, f.received_at DESC, f.feedback_id DESC`;
}

/** `unit` and `who` (`held` or `kept`) of the units that met one of the two after the cutover and not the other. */
export function heldAndKept(question: HoldbackQuestion, params: SqlParams): string {
  return `SELECT unit, CASE WHEN is_held THEN 'held' ELSE 'kept' END AS who FROM (${metAfter(question, params)}) AS met WHERE is_held <> is_kept`;
}

/** What each unit met after the cutover. The held-back ones are in no arm of a comparison: their answers are another version's. */
export function metAfter({ service, since, until, held, kept }: HoldbackQuestion, params: SqlParams): string {
  return `SELECT p.unit_hash AS unit,
      bool_or(p.version = ${params.add(held, 'text')} AND p.arm = 'other') AS is_held,
      bool_or(p.version = ${params.add(kept, 'text')} AND p.arm IN ('baseline', 'candidate')) AS is_kept
    FROM sluice.prediction AS p WHERE ${inTime('p.at', { service, since, until }, params, 'p')} AND p.arm <> 'shadow'
    GROUP BY p.unit_hash`;
}
