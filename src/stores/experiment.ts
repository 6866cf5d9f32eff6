import { randomUUID } from 'node:crypto';
import type { ExperimentReading, MetricReading, TrafficForecast } from '../domain/experiment.js';
import { type MetricDefinition, type SqlSource, sourcesOf } from '../domain/spec/metric-definition.js';
import type {
  ExperimentData,
  ExperimentQuestion,
  ForecastQuestion,
  ReadOptions,
  Span,
} from '../ports/experiment-data.js';
import { clickedLists } from './evaluation.js';
import { type EventSpan, sourcesOfAll } from './experiment-events.js';
import { readIntegrity } from './experiment-integrity.js';
import { type MetricQuestion, readMoments } from './experiment-moments.js';
import { readQuantile } from './experiment-quantile.js';
import { selectOnly } from './experiment-select.js';
import { clearStaged, type Staged, stageEvents } from './experiment-staging.js';
import { addExposedUnits, addKnownUnits, createUnits } from './experiment-units.js';
import type { SqlClient, SqlSession } from './sql-client.js';
import { SqlParams } from './sql-params.js';

export function createSqlExperiments(client: SqlClient): ExperimentData {
  return {
    read: (question, options) => read(client, question, options),
    forecast: (question, options) => forecast(client, question, options),
    lists: (scope) => clickedLists(client, scope),
    select: (statement, timeoutMs) => selectOnly(client, statement, timeoutMs),
  };
}

async function read(client: SqlClient, question: ExperimentQuestion, options: ReadOptions): Promise<ExperimentReading> {
  const { since, metrics, byDay, beforeMs } = question;
  const at = question.until ?? new Date().toISOString();
  const span = { since: isoBefore(since, beforeMs ?? 0), until: at };
  return overStaged(client, metrics, span, options, (reading, staged) =>
    inSnapshot(client, async (sql) => {
      await addExposedUnits(sql, question, at);
      const spanIn = (): EventSpan => spanOf(question.scope, span, reading, staged);
      const integrity = await readIntegrity(sql, question, spanIn());
      const readings: MetricReading[] = [];
      for (const metric of metrics) {
        options.signal.throwIfAborted();
        const asked = { ...question, metric, span: spanIn(), hasBefore: beforeMs !== null };
        readings.push(await readMetric(sql, { ...asked, byDay: byDay.includes(metric.name) }, staged));
      }
      return { at, since, integrity, metrics: readings };
    }),
  );
}

async function forecast(client: SqlClient, question: ForecastQuestion, options: ReadOptions): Promise<TrafficForecast> {
  const { service, historyMs, primary, beforeMs } = question;
  const until = question.until ?? new Date().toISOString();
  const since = isoBefore(until, historyMs);
  const span = { since: isoBefore(since, beforeMs ?? 0), until };
  return overStaged(client, [primary], span, options, (reading, staged) =>
    inSnapshot(client, async (sql) => {
      await addKnownUnits(sql, service, since, until);
      const asked = { metric: primary, since, hasBefore: beforeMs !== null, byDay: false, segments: [], apart: [] };
      const { all } = await readMetric(sql, { ...asked, span: spanOf({ service }, span, reading, staged) }, staged);
      return { ...(await unitsByDay(sql, until)), primary: all };
    }),
  );
}

/** Distinct units after each whole day since the first. */
async function unitsByDay(sql: SqlSession, until: string): Promise<Pick<TrafficForecast, 'days' | 'unitsByDay'>> {
  const rows = await sql.query<{ day: number; units: number; days: number }>(
    `WITH first AS (SELECT min(at) AS at FROM pg_temp.experiment_unit)
     SELECT floor(extract(epoch FROM u.at - first.at) / 86400)::int8 AS day, count(*)::int8 AS units,
       max(extract(epoch FROM $1::timestamptz - first.at) / 86400)::float8 AS days
     FROM pg_temp.experiment_unit AS u CROSS JOIN first GROUP BY 1`,
    [until],
  );
  const days = rows[0]?.days ?? 0;
  let sum = 0;
  const cumulated = Array.from({ length: Math.floor(days) }, (_, day) => {
    sum += rows.find((row) => row.day === day)?.units ?? 0;
    return sum;
  });
  return { days, unitsByDay: cumulated };
}

function isoBefore(time: string, ms: number): string {
  return new Date(Date.parse(time) - ms).toISOString();
}

function spanOf(scope: EventSpan['scope'], { since, until }: Span, reading: string, staged: Staged): EventSpan {
  return { params: new SqlParams(), scope, from: since, to: until, reading, staged: staged.events };
}

async function overStaged<T>(
  client: SqlClient,
  metrics: readonly MetricDefinition[],
  span: Span,
  options: ReadOptions,
  work: (reading: string, staged: Staged) => Promise<T>,
): Promise<T> {
  options.signal.throwIfAborted();
  const sources = sourcesOfAll(metrics);
  const reading = randomUUID();
  if (!sources.some((source) => 'sql' in source)) return work(reading, { events: new Map(), faults: new Map() });
  await clearStaged(client, reading);
  try {
    return await work(reading, await stageEvents(client, reading, sources, span, options));
  } finally {
    await clearStaged(client, reading);
  }
}

/** All statements of a reading see the same moment. */
function inSnapshot<T>(client: SqlClient, work: (sql: SqlSession) => Promise<T>): Promise<T> {
  return client.transaction(async (sql) => {
    await sql.script('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    // As in outcomes.ts: without statistics the planner picks nested loops. The price it puts on those that stay would wake the compiler up.
    await sql.script("SET LOCAL enable_nestloop = off; SET LOCAL jit = off; SET LOCAL work_mem = '64MB'");
    await createUnits(sql);
    return work(sql);
  });
}

async function readMetric(sql: SqlSession, question: MetricQuestion, { faults }: Staged): Promise<MetricReading> {
  const { metric, segments } = question;
  const reason = faultOf(metric, faults);
  if (reason !== null) {
    const unreadable = { kind: 'unreadable', reason } as const;
    const none = Object.fromEntries(segments.map((name) => [name, unreadable]));
    return { metric: metric.name, all: unreadable, segments: none, days: [] };
  }
  const read = metric.kind === 'quantile' ? readQuantile(sql, question) : readMoments(sql, question);
  return { metric: metric.name, ...(await read) };
}

function faultOf(metric: MetricDefinition, faults: ReadonlyMap<SqlSource['sql'], string>): string | null {
  for (const taken of Object.values(sourcesOf(metric)))
    if (taken !== null && 'sql' in taken.source) {
      const reason = faults.get(taken.source.sql);
      if (reason !== undefined) return reason;
    }
  return null;
}
