import type { UnitReading } from '../domain/experiment.js';
import type { ImpactMeasure } from '../domain/impact-measure.js';
import type { ImpactReport } from '../domain/impact-report.js';

/** A stretch of time in buckets of equal width, counted from `origin` on: those before it have negative numbers. Times are ISO; `until` is exclusive. */
export interface ImpactSpan {
  readonly service: string;
  readonly since: string;
  readonly until: string;
  readonly origin: string;
  readonly bucketMs: number;
  /** Only what this version answered; null: whichever did. */
  readonly version: string | null;
}

/** A bucket that has any samples. */
export interface BucketValue {
  readonly bucket: number;
  readonly value: number;
  readonly samples: number;
}

/** Who was held back after a cutover, and who was not: units are known by what they met in this time. */
export interface HoldbackQuestion {
  readonly service: string;
  /** The cutover. */
  readonly since: string;
  readonly until: string;
  readonly held: string;
  readonly kept: string;
}

/** Both sides in the same buckets. */
export interface GroupSeries {
  readonly held: readonly BucketValue[];
  readonly kept: readonly BucketValue[];
}

export interface HoldbackUnits {
  readonly held: number;
  readonly kept: number;
  /** Met both; in neither group. */
  readonly both: number;
}

/** What the impact analysis reads of the record, and what it leaves there. */
export interface ImpactData {
  /** What users met who were not held back. */
  series(measure: ImpactMeasure, span: ImpactSpan): Promise<BucketValue[]>;
  /** Over sampled predictions, also of the time before the cutover, by the group that the unit was in after it. */
  groupSeries(measure: ImpactMeasure, span: ImpactSpan, groups: HoldbackQuestion): Promise<GroupSeries>;
  /** By unit, in the time after the cutover: `arms.baseline` are the held-back ones, `arms.candidate` the rest. */
  readOut(measure: ImpactMeasure, groups: HoldbackQuestion): Promise<UnitReading>;
  holdbackUnits(groups: HoldbackQuestion): Promise<HoldbackUnits>;
  /** Keeps a look; a repeat changes nothing. @returns it, or what was kept under its number before */
  keep(report: ImpactReport): Promise<ImpactReport>;
  /** In the order of their time. */
  reports(rolloutId: string): Promise<ImpactReport[]>;
  /** The newest; null before the first look. */
  report(rolloutId: string): Promise<ImpactReport | null>;
}
