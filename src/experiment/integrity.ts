import type { ByArm, ExperimentIntegrity, IntegrityFinding } from '../domain/experiment.js';
import { formatCount, formatShare } from '../domain/quantity.js';
import { binomialUpper, sampleRatioTest, sequentialSampleRatio } from '../stats/index.js';
import type { ExperimentDesign } from './design.js';
import { formatAmount } from './format.js';

/** An alarm of a broken experiment errs once in a thousand sound ones. Source: A. Fabijan et al. (2019), KDD, 2156-2164. */
const ALARM = 0.001;
/** What concerns no more than this share of the units is named, and voids nothing. */
const NEGLIGIBLE = 0.01;
/** Fewer say nothing of a share. As GrowthBook has it. */
const LEAST_COUNT = 10;

const WHOLE = 'experiment';

/** Everything that is wrong with the experiment as a whole; metrics are looked at one by one. Nothing wrong: an empty list. */
export function integrityFindings(integrity: ExperimentIntegrity, design: ExperimentDesign): IntegrityFinding[] {
  const { units, inBothArms, salts, fromFuture, beforeExposure } = integrity;
  const total = units.baseline + units.candidate;
  const counted = (code: IntegrityFinding['code'], count: number, what: string, everyone = total) =>
    countedFinding(code, count, everyone, what);
  return [
    ...ratioFindings(integrity, design),
    ...counted('both-arms', inBothArms, 'units met both versions and are left out', total + inBothArms),
    ...counted('salts', salts, 'units were assigned by another salt than the experiment’s: they were shuffled midway'),
    ...unevenFindings('bots', integrity.bots, units, 'units are left out as bots'),
    ...lostFindings(integrity),
    ...counted('future', fromFuture, 'events are from the future and left out: clocks, or labels, are wrong'),
    ...counted('before-exposure', beforeExposure, 'events are from before their unit’s exposure and left out')
      // Users who come back have a past: no fault as such.
      .filter(({ severity }) => severity === 'void')
      .map((finding): IntegrityFinding => ({ ...finding, severity: 'warning' })),
  ];
}

function ratioFindings(
  { units, expectedShare, segments }: ExperimentIntegrity,
  design: ExperimentDesign,
): IntegrityFinding[] {
  const total = units.baseline + units.candidate;
  if (total === 0) return [];
  if (expectedShare === null)
    return [
      {
        code: 'sample-ratio',
        severity: 'void',
        subject: WHOLE,
        reason: 'the candidate’s weight changed while units came in: the arms are not of the same times',
      },
    ];
  if (expectedShare === 'not-noted')
    return [
      {
        code: 'not-noted',
        severity: 'void',
        subject: WHOLE,
        reason: 'which weight units came under is not noted yet: whether the arms have their shares can’t be told',
      },
    ];
  const parts = Object.entries(segments).filter(([name]) => design.segments.includes(name));
  const empty = design.segments.filter((name) => total > 0 && sumOf(segments[name]) === 0);
  const judged = parts.filter(([, counts]) => sumOf(counts) > 0);
  return [
    ...mismatch(WHOLE, units, expectedShare, design, ALARM),
    ...judged.flatMap(([name, counts]) =>
      mismatch(`segment ${name}`, counts, expectedShare, design, ALARM / judged.length),
    ),
    ...empty.map(
      (name): IntegrityFinding => ({
        code: 'empty-segment',
        severity: 'warning',
        subject: `segment ${name}`,
        reason: `nobody of segment ${name} was exposed`,
      }),
    ),
  ];
}

function mismatch(
  subject: string,
  units: ByArm<number>,
  expectedShare: number,
  { test }: ExperimentDesign,
  alarm: number,
): IntegrityFinding[] {
  const [observed, weights] = [
    [units.baseline, units.candidate],
    [1 - expectedShare, expectedShare],
  ];
  const pValue =
    test === 'sequential'
      ? sequentialSampleRatio(observed, weights).pValue
      : (sampleRatioTest(observed, weights)?.pValue ?? 1);
  if (!(pValue < alarm)) return [];
  const share = units.candidate / sumOf(units);
  return [
    {
      code: 'sample-ratio',
      severity: 'void',
      subject,
      reason:
        `${formatCount(units.candidate)} of ${formatCount(sumOf(units))} units, ${formatShare(share)}, are the candidate’s, ` +
        `where ${formatShare(expectedShare)} were to be (p = ${formatAmount(pValue, 2)}): assignment or recording is broken`,
    },
  ];
}

/** A count that concerns too many voids; below, it is named. */
function countedFinding(
  code: IntegrityFinding['code'],
  count: number,
  everyone: number,
  what: string,
): IntegrityFinding[] {
  if (count === 0) return [];
  const isVoid = count >= LEAST_COUNT && count > NEGLIGIBLE * everyone;
  const share = everyone > 0 ? ` (${formatShare(count / everyone)} of ${formatCount(everyone)} units)` : '';
  return [
    { code, severity: isVoid ? 'void' : 'warning', subject: WHOLE, reason: `${formatCount(count)} ${what}${share}` },
  ];
}

/** Something that takes units or records out of an arm: harmless where it takes as many out of the other. */
function unevenFindings(
  code: 'bots' | 'lost-events',
  counts: ByArm<number>,
  units: ByArm<number>,
  what: string,
): IntegrityFinding[] {
  const [total, everyone] = [sumOf(counts), sumOf(units)];
  if (total === 0) return [];
  const rate = (arm: 'baseline' | 'candidate') => (units[arm] > 0 ? counts[arm] / units[arm] : counts[arm] > 0 ? 1 : 0);
  const share = everyone === 0 ? 0.5 : units.candidate / everyone;
  const isUneven =
    total >= LEAST_COUNT &&
    unevenP(counts, share) < ALARM &&
    Math.abs(rate('candidate') - rate('baseline')) > NEGLIGIBLE;
  const worse = rate('candidate') > rate('baseline') ? 'candidate' : 'baseline';
  return [
    {
      code,
      severity: isUneven ? 'void' : 'warning',
      subject: isUneven ? worse : WHOLE,
      reason:
        `${formatCount(counts.baseline)} of the baseline’s and ${formatCount(counts.candidate)} of the candidate’s ${what}` +
        (isUneven ? `: more than chance on the ${worse}, so that the arms are no longer alike` : ''),
    },
  ];
}

function lostFindings({ dropped, units }: ExperimentIntegrity): IntegrityFinding[] {
  const { baseline, candidate } = dropped;
  if (baseline !== null && candidate !== null)
    return unevenFindings('lost-events', { baseline, candidate }, units, 'records were lost on their way to the store');
  if (sumOf(units) === 0) return [];
  return [
    {
      code: 'lost-events',
      severity: 'warning',
      subject: WHOLE,
      reason: 'how many records were lost on their way is not known',
    },
  ];
}

/** Two-sided, of as many on each side as its share of the units. */
function unevenP({ baseline, candidate }: ByArm<number>, share: number): number {
  const total = baseline + candidate;
  return Math.min(1, 2 * Math.min(binomialUpper(candidate, total, share), binomialUpper(baseline, total, 1 - share)));
}

function sumOf(counts: ByArm<number> | undefined): number {
  return counts === undefined ? 0 : counts.baseline + counts.candidate;
}
