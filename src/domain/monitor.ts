import type { Verdict } from './verdict.js';

export const MONITOR_KINDS = [
  'model',
  'features',
  'performance',
  'users',
  'dependencies',
  'resources',
  'logs',
] as const;
export type MonitorKind = (typeof MONITOR_KINDS)[number];

/** One number that a monitor measured. */
export interface MonitorValue {
  /** Such as `accuracy`, `psi`, `cpu`. */
  readonly metric: string;
  /** A feature, a dependency, an instance, a log signature; null: the service as a whole. */
  readonly subject: string | null;
  /** null: of no one version. */
  readonly version: string | null;
  /** null where it could not be had; `why` says why. */
  readonly value: number | null;
  readonly samples: number;
  readonly why?: string;
}

/** Something that is not as it should be. */
export interface Finding {
  /** The same trouble has the same key from run to run. */
  readonly key: string;
  readonly severity: 'critical' | 'warning';
  /** Whose fault it is: a broken dependency is not the candidate's. */
  readonly cause: 'version' | 'environment';
  readonly version: string | null;
  readonly subject: string | null;
  /** One line a person can act on, with the numbers in it. */
  readonly message: string;
  readonly value: number | null;
  readonly limit: number | null;
}

/** What one run of a monitor came to. */
export interface MonitorReading {
  readonly service: string;
  /** The monitor's name. */
  readonly monitor: string;
  readonly kind: MonitorKind;
  /** ISO. */
  readonly at: string;
  /** The stretch of time that was looked at, ISO; null where a monitor looks at a moment. */
  readonly window: { readonly since: string; readonly until: string } | null;
  /** fail: a critical finding; inconclusive: what is needed could not be measured; else pass. No data is never a pass. */
  readonly verdict: Verdict;
  /** One line. */
  readonly reason: string;
  /** Worst first, at most 100. */
  readonly findings: readonly Finding[];
  /** At most 2,000. */
  readonly values: readonly MonitorValue[];
  /** What a report or a plot shows besides; bounded, plain JSON. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** One run: what it is given besides its spec, and what it leaves for the next. */
export interface MonitorRun {
  readonly service: string;
  readonly monitor: string;
  /** ISO; now, by the worker's clock. */
  readonly at: string;
  /** What the run before left; null at the first. */
  readonly state: unknown;
  readonly signal: AbortSignal;
}

export interface MonitorOutcome {
  readonly reading: MonitorReading;
  /** Plain JSON, bounded (hysteresis, cool-downs, references); null: none. */
  readonly state: unknown;
}

/** A kind of monitor: a thin collector around a pure evaluation. What can't be reached is an inconclusive reading, not a throw. */
export type RunMonitor<Spec> = (spec: Spec, run: MonitorRun) => Promise<MonitorOutcome>;
