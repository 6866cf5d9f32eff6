import { formatNumber, formatShare } from '../../domain/quantity.js';
import type { ModelMonitor } from '../../domain/spec/monitors/model.js';
import type { LabelledInputRow } from '../../ports/monitor-data.js';
import { type ConceptDrift, conceptDrift, type RegionChange, type Scored } from '../../stats/drift/concept.js';
import type { Dependence } from '../../stats/drift/dependence.js';
import { largerShareP } from '../../stats/drift/dependent-tests.js';
import { type Regions, regionsOf } from '../../stats/drift/regions.js';
import { momentsOf } from '../../stats/sample/moments.js';
import type { Comparison } from '../windows/comparison.js';
import { dependenceBetween, type TimedPair } from '../windows/in-time.js';
import { encoderOf } from './encode-inputs.js';

export interface FoundConcept {
  readonly drift: ConceptDrift;
  /** Of the errors inside regions. */
  readonly dependence: Dependence;
}

/** @returns null where no feature has two values: there is no input space to look into */
export function conceptOf({ reference, current, pace }: TimedPair<LabelledInputRow>): FoundConcept | null {
  const encode = encoderOf(reference);
  if (encode === null) return null;
  const scored = (rows: readonly LabelledInputRow[]): Scored => ({
    features: encode(rows),
    errors: rows.map(({ truth, predicted }) => (truth === predicted ? 0 : 1)),
  });
  const before = scored(reference);
  const regions = regionsOf(before.features);
  const sizes = { reference: reference.length, current: current.length };
  const dependence = dependenceBetween(() => surprises(before, regions), sizes, pace);
  return { drift: conceptDrift(before, scored(current), 0.01, regions, dependence), dependence };
}

/** By region: how far each row's error lies from the region's mean, 0 for rows of other regions. */
function surprises({ features, errors }: Scored, regions: Regions): number[][] {
  const regionOf = regions.assign(features);
  return Array.from({ length: regions.count }, (_, region) => {
    const list = Array.from(errors);
    const { mean } = momentsOf(list.filter((_error, row) => regionOf[row] === region));
    return list.map((error, row) => (regionOf[row] === region ? error - mean : 0));
  });
}

export function conceptComparison(
  { drift, dependence }: FoundConcept,
  samples: number,
  { concept: { severity }, quality: { drop } }: ModelMonitor,
  version: string,
): Comparison {
  const worst = drift.regions.toSorted((a, b) => growthOf(b) - growthOf(a))[0];
  const where =
    worst === undefined || growthOf(worst) <= 0
      ? ''
      : `; most of all in region ${worst.region}, from ${formatShare(worst.referenceError)} to ${formatShare(worst.currentError)} wrong`;
  return {
    p: conceptP(drift, dependence),
    // Which way the errors have moved is for others to weigh: the same inputs have other answers now. How far, as of the accuracy.
    matters: meanMove(drift, samples) >= drop,
    finding: {
      key: 'model:concept',
      severity,
      cause: 'version',
      version,
      subject: null,
      message: `the same inputs have other answers than in the reference: errors of ${version} changed by ${formatNumber(drift.fromConcept)} at equal inputs, by ${formatNumber(drift.fromInputs)} from other inputs, over ${samples} labelled samples${where}`,
      value: drift.fromConcept,
      limit: null,
    },
  };
}

function growthOf({ referenceError, currentError }: RegionChange): number {
  return referenceError === null || currentError === null ? 0 : currentError - referenceError;
}

/** Of the error inside a region, up or down, over the regions that both windows have. */
function meanMove({ regions }: ConceptDrift, rows: number): number {
  return regions.reduce((sum, one) => sum + (Math.abs(growthOf(one)) * one.currentRows) / rows, 0);
}

/** Errors and right answers that a region's smaller side is expected to have, for the chi-square distribution to be good in its far tail. */
const LEAST_EACH = 5;
/** With sides as equal as this it errs to the safe side, however few there are (simulated down to p = 3e-5). */
const EQUAL_SIDES = 0.5;

/** The stratified test where it can be trusted; else Fisher's in each region, corrected for their number, which finds less. */
function conceptP({ conceptP: stratified, regions }: ConceptDrift, dependence: Dependence): number {
  const tables = regions
    .filter(({ referenceRows, currentRows }) => referenceRows > 0 && currentRows > 0)
    .map(({ referenceRows, currentRows, referenceError, currentError }) => {
      const before = { successes: Math.round((referenceError ?? 0) * referenceRows), trials: referenceRows };
      const now = { successes: Math.round((currentError ?? 0) * currentRows), trials: currentRows };
      return { before, now };
    });
  if (tables.length === 0) return 1;
  const isTrusted = tables.every(({ before, now }) => {
    const [smaller, larger] = [Math.min(before.trials, now.trials), Math.max(before.trials, now.trials)];
    const share = (before.successes + now.successes) / (smaller + larger);
    return smaller / larger >= EQUAL_SIDES || (Math.min(share, 1 - share) * smaller) / dependence.factor >= LEAST_EACH;
  });
  if (isTrusted && stratified !== null) return stratified;
  const either = tables.flatMap(({ before, now }) => [
    largerShareP(now, before, dependence),
    largerShareP(before, now, dependence),
  ]);
  return Math.min(1, Math.min(...either) * either.length);
}
