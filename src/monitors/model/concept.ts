import { formatNumber, formatShare } from '../../analysis/format.js';
import type { ModelMonitor } from '../../domain/spec/monitors/model.js';
import type { LabelledInputRow } from '../../ports/monitor-data.js';
import { fisherExactTest } from '../../stats/comparison/fisher.js';
import { type ConceptDrift, conceptDrift, type RegionChange, type Scored } from '../../stats/drift/concept.js';
import type { Comparison } from '../windows/comparison.js';
import { encoderOf } from './encode-inputs.js';

/** @returns null where no feature has two values: there is no input space to look into */
export function conceptOf(
  reference: readonly LabelledInputRow[],
  current: readonly LabelledInputRow[],
): ConceptDrift | null {
  const encode = encoderOf(reference);
  if (encode === null) return null;
  const scored = (rows: readonly LabelledInputRow[]): Scored => ({
    features: encode(rows),
    errors: rows.map(({ truth, predicted }) => (truth === predicted ? 0 : 1)),
  });
  return conceptDrift(scored(reference), scored(current));
}

export function conceptComparison(
  drift: ConceptDrift,
  rows: { readonly reference: number; readonly current: number },
  { concept: { severity } }: ModelMonitor,
  version: string,
): Comparison {
  const worst = drift.regions.toSorted((a, b) => growthOf(b) - growthOf(a))[0];
  const where =
    worst === undefined || growthOf(worst) <= 0
      ? ''
      : `; most of all in region ${worst.region}, from ${formatShare(worst.referenceError)} to ${formatShare(worst.currentError)} wrong`;
  return {
    p: conceptP(drift),
    // Which way the errors have moved is for others to weigh: the same inputs have other answers now.
    matters: true,
    finding: {
      key: 'model:concept',
      severity,
      cause: 'version',
      version,
      subject: null,
      message: `the same inputs have other answers than in the reference: errors of ${version} changed by ${formatNumber(drift.fromConcept)} at equal inputs, by ${formatNumber(drift.fromInputs)} from other inputs, over ${rows.current} labelled samples${where}`,
      value: drift.fromConcept,
      limit: null,
    },
  };
}

function growthOf({ referenceError, currentError }: RegionChange): number {
  return referenceError === null || currentError === null ? 0 : currentError - referenceError;
}

/** Errors and right answers that a region's smaller side is expected to have, for the chi-square distribution to be good in its far tail. */
const LEAST_EACH = 5;
/** With sides as equal as this it errs to the safe side, however few there are (simulated down to p = 3e-5). */
const EQUAL_SIDES = 0.5;

/** The stratified test where it can be trusted; else Fisher's in each region, corrected for their number, which finds less. */
function conceptP({ conceptP: stratified, regions }: ConceptDrift): number {
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
    return smaller / larger >= EQUAL_SIDES || Math.min(share, 1 - share) * smaller >= LEAST_EACH;
  });
  if (isTrusted && stratified !== null) return stratified;
  const least = Math.min(...tables.map(({ before, now }) => fisherExactTest(now, before).pValue));
  return Math.min(1, least * tables.length);
}
