import type { ExperimentReading, TrafficForecast } from '../domain/experiment.js';
import type { MetricDefinition, SqlSource } from '../domain/spec/metric-definition.js';
import type { ClickedList, Scope } from './store.js';

/** The epochs of an evaluation. */
export type ExperimentScope = Pick<Scope, 'service' | 'rolloutId' | 'epochs'>;

export interface ExperimentQuestion {
  readonly scope: ExperimentScope;
  /** When the experiment began, ISO: exposures and events of then and later count. */
  readonly since: string;
  /** ISO, exclusive. Absent: now. */
  readonly until?: string;
  readonly metrics: readonly MetricDefinition[];
  /** Names of those that are also read by day since exposure. */
  readonly byDay: readonly string[];
  /** Segments that were declared beforehand. */
  readonly segments: readonly string[];
  /** Segments in which the candidate has a weight of its own: in no sum but their own. */
  readonly apart: readonly string[];
  /** How long before `since` the same units are looked at (CUPED); null: not at all. */
  readonly beforeMs: number | null;
  /** Units with more events than this within one hour of the clock are bots; null: none is. */
  readonly maxEventsPerHour: number | null;
}

export interface ForecastQuestion {
  readonly service: string;
  /** ISO; the history ends there. Absent: now. */
  readonly until?: string;
  readonly historyMs: number;
  readonly primary: MetricDefinition;
  readonly beforeMs: number | null;
}

/** What a unit did, from somewhere else. */
export interface EventRow {
  readonly unitHash: string;
  /** ISO. */
  readonly at: string;
  readonly value: number;
}

export interface Span {
  readonly since: string;
  readonly until: string;
}

/**
 * Runs a metric's own query and gives its events, some at a time.
 * @throws {SluiceError} SPEC_INVALID or DATASET_UNREACHABLE with the reason why the metric can not be read; anything else fails the whole reading
 */
export type EventSource = (
  source: SqlSource['sql'],
  span: Span,
  signal: AbortSignal,
) => AsyncIterable<readonly EventRow[]>;

export interface ReadOptions {
  readonly signal: AbortSignal;
  /** Absent: metrics with a query of their own are unreadable. */
  readonly events?: EventSource;
}

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** What experiments read of the record. */
export interface ExperimentData {
  /**
   * Sums over exposed units, all of one moment. A metric that can not be read says why in its place.
   * @throws {SluiceError} STORE_UNAVAILABLE; or the signal's reason
   */
  read(question: ExperimentQuestion, options: ReadOptions): Promise<ExperimentReading>;
  /** The same of all units before an experiment, each from its first prediction on. */
  forecast(question: ForecastQuestion, options: ReadOptions): Promise<TrafficForecast>;
  /** Merged lists that were clicked on. */
  lists(scope: Scope): Promise<ClickedList[]>;
  /**
   * Rows of one SELECT that somebody else wrote, in a read-only transaction.
   * @throws {SluiceError} SPEC_INVALID for a statement that the database refuses
   */
  select<Row>(statement: Statement, timeoutMs: number): Promise<Row[]>;
}
