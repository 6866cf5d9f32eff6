import type { Finding, MonitorValue } from '../../domain/monitor.js';
import { formatNumber, formatShare } from '../../domain/quantity.js';
import type { ModelMonitor } from '../../domain/spec/monitors/model.js';
import type { OutputRow } from '../../ports/monitor-data.js';
import type { Column } from '../../stats/drift/column.js';
import { dependentKsTest, largerShareP } from '../../stats/drift/dependent-tests.js';
import { quantiles } from '../../stats/sample/quantile.js';
import type { Comparison } from '../windows/comparison.js';
import { dependenceBetween, levelsOf, type TimedPair } from '../windows/in-time.js';
import { judgedBy, type Shift, shiftOf } from '../windows/shift.js';

export interface Confidence {
  /** Without the hundredth of the scores at either end. */
  readonly mean: number;
  readonly low: number;
}

export function scoresOf(rows: readonly OutputRow[]): number[] {
  return rows.flatMap(({ score }) => (score === null ? [] : [score]));
}

export function confidenceOf(scores: readonly number[], { confidence: { low } }: ModelMonitor): Confidence {
  return { mean: trimmedMean(scores), low: scores.filter((score) => score < low).length / scores.length };
}

const CUT_SHARE = 0.01;

/**
 * One score of 1000 among shares would hide any fall of a plain mean. The median would see none that a third of the scores has; and of shares, a hundredth
 * can't hide more than 0.01. Divided before they are added up, as the sum of finite scores may not be finite.
 */
function trimmedMean(scores: readonly number[]): number {
  const cut = Math.ceil(CUT_SHARE * scores.length);
  const kept = scores.toSorted((a, b) => a - b).slice(cut, scores.length - cut);
  return kept.reduce((sum, score) => sum + score / kept.length, 0);
}

export function confidenceValues({ mean, low }: Confidence, samples: number, version: string): MonitorValue[] {
  return [
    { metric: 'confidence_mean', subject: null, version, value: mean, samples },
    { metric: 'confidence_low_share', subject: null, version, value: low, samples },
  ];
}

/** Is the model less sure than it was? Lower scores as a whole, and more that are low. `before` is in the order of time. */
export function confidenceFalls(
  before: readonly number[],
  now: readonly number[],
  spec: ModelMonitor,
  version: string,
  pace: number | null,
): Comparison[] {
  const { low, rise, drop, severity } = spec.confidence;
  const [was, is] = [confidenceOf(before, spec), confidenceOf(now, spec)];
  const finding = (key: string, message: string, value: number, limit: number): Finding => ({
    key,
    severity,
    cause: 'version',
    version,
    subject: null,
    message,
    value,
    limit,
  });
  const lowOf = (scores: readonly number[]) => ({
    successes: scores.filter((score) => score < low).length,
    trials: scores.length,
  });
  const between = (series: () => readonly number[][]) =>
    dependenceBetween(series, { reference: before.length, current: now.length }, pace);
  const ofLevels = between(() => levelsOf(before));
  const ofLow = between(() => [before.map((score) => (score < low ? 1 : 0))]);
  return [
    {
      // Its `greater`: the window's scores lie lower.
      p: dependentKsTest(now, before, ofLevels, 'greater').pValue,
      matters: was.mean - is.mean >= drop,
      finding: finding(
        'model:confidence',
        `mean score of ${version} fell from ${formatNumber(was.mean)} in the reference to ${formatNumber(is.mean)}`,
        is.mean,
        was.mean - drop,
      ),
    },
    {
      p: largerShareP(lowOf(now), lowOf(before), ofLow),
      matters: is.low - was.low >= rise,
      finding: finding(
        'model:low-confidence',
        `${formatShare(is.low)} of the scores of ${version} are below ${low}, in the reference ${formatShare(was.low)}`,
        is.low,
        was.low + rise,
      ),
    },
  ];
}

/** Labels as categories; where they are numbers of many kinds, as numbers. The reference's are in the order of time. */
export function labelShift(
  { reference, current, pace }: TimedPair<string>,
  { output }: Pick<ModelMonitor, 'output'>,
): Shift {
  return shiftOf(columnOf(reference, current), output, pace);
}

const MOST_CLASSES = 50;
const TENTHS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

function columnOf(reference: readonly string[], current: readonly string[]): Column {
  const isNumber = (label: string) => label.trim() !== '' && Number.isFinite(Number(label));
  const all = [...reference, ...current];
  if (new Set(all.filter(isNumber)).size <= MOST_CLASSES) return { type: 'categorical', reference, current };
  if (all.every(isNumber)) return { type: 'numeric', reference: reference.map(Number), current: current.map(Number) };
  // A "NaN" among numbers: a kind of its own beside tenths of the numbers. As categories they would all be rare, and nothing would be seen.
  const known = reference.filter(isNumber).map(Number);
  const cuts = known.length === 0 ? [] : quantiles(known, TENTHS);
  const kindOf = (label: string) =>
    isNumber(label) ? String(cuts.filter((cut) => Number(label) > cut).length) : label;
  return { type: 'categorical', reference: reference.map(kindOf), current: current.map(kindOf) };
}

/** @param what `predicted` labels, or `true` ones */
export function labelComparison(
  what: 'predicted' | 'true',
  shift: Shift,
  spec: ModelMonitor,
  version: string,
): Comparison {
  const { isFar, p } = shift;
  const { words, value, limit } = judgedBy(shift);
  const whose = what === 'predicted' ? `labels that ${version} predicts` : `true labels of ${version}'s requests`;
  return {
    p,
    matters: isFar,
    finding: {
      key: `model:${what}-labels`,
      severity: spec.output.severity,
      // True labels are the world's.
      cause: what === 'predicted' ? 'version' : 'environment',
      version,
      subject: null,
      message: `${whose} come in other shares than in the reference (${words})`,
      value,
      limit,
    },
  };
}
