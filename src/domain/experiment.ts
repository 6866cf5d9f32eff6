import type { Arm } from './observation.js';
import type { Unit } from './quantity.js';

/**
 * What is known of an experiment at one look, as sufficient statistics: the store makes it, the analysis reads it, no row of a unit is in it. All
 * units are exposed ones, each counted once, with what they did after their first exposure. Plain JSON.
 */

/** The two arms that are compared. */
export type ComparedArm = Extract<Arm, 'baseline' | 'candidate'>;
export type ByArm<T> = Readonly<Record<ComparedArm, T>>;

/**
 * What a column holds of each unit: the metric's value, the denominator of a ratio, and the same two in the time before the experiment (CUPED).
 */
const UNIT_COLUMNS = ['value', 'denominator', 'valueBefore', 'denominatorBefore'] as const;
export type UnitColumn = (typeof UNIT_COLUMNS)[number];

/** Sums over the units of one arm. */
export interface UnitSums {
  readonly units: number;
  /** By column, in the order of the reading's `columns`. */
  readonly sums: readonly number[];
  /** Sums of products of columns i and j; symmetric. */
  readonly products: readonly (readonly number[])[];
}

/** Means, proportions, ratios, retention. */
export interface MomentsReading {
  readonly kind: 'moments';
  /** `value` first; a ratio has `denominator` second; those before come last, and only where there was a time before. */
  readonly columns: readonly UnitColumn[];
  readonly arms: ByArm<UnitSums>;
}

/** A quantile over events, whose units may have many each. */
export interface QuantileSums {
  readonly units: number;
  readonly events: number;
  /** The quantile, and the order statistics at the ranks of its 95 % interval (Woodruff); null without events. */
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** Sums over units of: events, events squared, events not above `value`, those squared, and both times each other. */
  readonly clusters: readonly [number, number, number, number, number];
}

export interface QuantileReading {
  readonly kind: 'quantile';
  readonly quantile: number;
  readonly arms: ByArm<QuantileSums>;
}

/** `unreadable` says why: no data is never a pass. */
export type UnitReading = MomentsReading | QuantileReading | { readonly kind: 'unreadable'; readonly reason: string };

export interface MetricReading {
  readonly metric: string;
  readonly all: UnitReading;
  /** By declared segment. */
  readonly segments: Readonly<Record<string, UnitReading>>;
  /** By day since a unit's first exposure, counted from 0: what it did on that day of its own. */
  readonly days: readonly { readonly day: number; readonly reading: UnitReading }[];
}

/** What may void a verdict, counted. */
export interface ExperimentIntegrity {
  /** Units by the arm they met first. */
  readonly units: ByArm<number>;
  /** The share of units that the candidate should have, 0..1; null where the weight was not constant; or it is not known yet. */
  readonly expectedShare: number | null | 'not-noted';
  readonly segments: Readonly<Record<string, ByArm<number>>>;
  /** Units that met both arms; left out of everything else. */
  readonly inBothArms: number;
  /** Units whose assignment was salted otherwise than the experiment's: re-salted midway. */
  readonly salts: number;
  /** Left out as bots. */
  readonly bots: ByArm<number>;
  /** Events from before their unit's exposure, and those from the future (beyond the clocks' tolerance); left out. */
  readonly beforeExposure: number;
  readonly fromFuture: number;
  /** Events whose unit or prediction is not known to be exposed; left out. */
  readonly unexposed: number;
  /** Records that gateways of each arm had to drop; null where it is not known. */
  readonly dropped: ByArm<number | null>;
  /** Of revenue metrics: events by currency. More than one voids them. */
  readonly currencies: Readonly<Record<string, number>>;
}

export interface ExperimentReading {
  /** ISO; what was recorded until then. */
  readonly at: string;
  readonly since: string;
  readonly integrity: ExperimentIntegrity;
  readonly metrics: readonly MetricReading[];
}

/** What is measured before an experiment begins, to plan it. */
export interface TrafficForecast {
  /** Days that were looked at; below 1 the forecast is too short to plan with. */
  readonly days: number;
  /** Cumulated distinct units after 1, 2, … days of the history. */
  readonly unitsByDay: readonly number[];
  /** The primary metric of all units in the history; all of them stand in `arms.baseline`, `arms.candidate` is empty. */
  readonly primary: UnitReading;
}

/** What every look at an experiment must keep, from before it began. */
export interface PlannedExperiment {
  /** Units that the smaller arm needs; null where it could not be computed. */
  readonly neededPerArm: number | null;
  /** Units of both arms at which a sequential interval is narrowest. */
  readonly tuning: number;
  /** Until they are there, by the traffic of before; null where that is not known, or never. */
  readonly days: number | null;
}

const EXPERIMENT_VERDICTS = ['superior', 'non-inferior', 'inferior', 'inconclusive'] as const;
export type ExperimentVerdict = (typeof EXPERIMENT_VERDICTS)[number];

/** One metric's estimate. Effects are candidate minus baseline in the metric's unit; `relative` is that over the baseline's value. */
export interface MetricEstimate {
  readonly metric: string;
  readonly role: 'primary' | 'secondary' | 'guardrail';
  readonly segment: string | null;
  /** Of its values, effects and intervals; absent in looks from before it was kept. */
  readonly unit?: Unit;
  readonly verdict: ExperimentVerdict;
  /** One line with the numbers. */
  readonly reason: string;
  readonly baseline: { readonly units: number; readonly value: number | null };
  readonly candidate: { readonly units: number; readonly value: number | null };
  readonly effect: number | null;
  readonly interval: readonly [number, number] | null;
  readonly relative: number | null;
  readonly relativeInterval: readonly [number, number] | null;
  readonly pValue: number | null;
  /** After correction over metrics and segments. */
  readonly adjustedP: number | null;
  /** What of the alpha this estimate had. */
  readonly alpha: number;
  /** How: `confidence-sequence`, `welch`, `delta-method`, `quantile`. */
  readonly rule: string;
  /** CUPED: the share of variance that was taken away; null where it was not used. */
  readonly varianceReduction: number | null;
}

/** The primary metric over all units; null where nothing was estimated. */
export function primaryOf({ estimates }: Pick<ExperimentReport, 'estimates'>): MetricEstimate | null {
  return estimates.find(({ role, segment }) => role === 'primary' && segment === null) ?? null;
}

/** A reason why no verdict may be given, or why one must be read with care. */
export interface IntegrityFinding {
  readonly code:
    | 'sample-ratio'
    | 'both-arms'
    | 'salts'
    | 'bots'
    | 'lost-events'
    | 'future'
    | 'currencies'
    | 'constant'
    | 'empty-segment'
    | 'before-exposure'
    | 'not-noted';
  /** `void`: no verdict is given. */
  readonly severity: 'void' | 'warning';
  readonly subject: string;
  readonly reason: string;
}

/** The whole of one look. */
export interface ExperimentReport {
  readonly at: string;
  readonly since: string;
  readonly hypothesis: string | null;
  readonly verdict: ExperimentVerdict;
  /** What the spec's rule makes of it. */
  readonly decision: 'wait' | 'promote' | 'rollback' | 'hold';
  readonly reason: string;
  readonly findings: readonly IntegrityFinding[];
  readonly estimates: readonly MetricEstimate[];
  /** Of the primary metric by day of exposure; and whether the effect changes over days (novelty, learning). */
  readonly novelty: {
    readonly days: readonly {
      readonly day: number;
      readonly effect: number;
      readonly interval: readonly [number, number];
    }[];
    readonly trend: number | null;
    readonly pValue: number | null;
  };
  readonly units: { readonly have: number; readonly need: number | null };
}
