import type { ComparedArm } from '../../domain/experiment.js';
import type { CheckOf } from '../../domain/spec/validation/index.js';
import type { CheckResult } from '../../domain/validation.js';
import { jensenShannonDistance, populationStability } from '../../stats/drift/divergence.js';
import { ksOfSorted } from '../../stats/drift/kolmogorov-smirnov.js';
import { numericShares, type SharePair } from '../../stats/drift/shares.js';
import { normedWasserstein } from '../../stats/drift/wasserstein.js';
import { largestSize, safeScale } from '../../stats/sample/scale.js';
import { sorted } from '../../stats/sample/sort.js';
import { judgeValue } from '../judge-value.js';
import { MOST_TEXTS } from './dictionary.js';
import { decimalOf } from './number-of.js';
import type { RowChecksTally } from './row-tally.js';
import type { SampledRows } from './sampled-rows.js';
import { ALL, keyOf, referenceColumn, topColumn } from './wanted.js';

type DriftCheck = CheckOf<'prediction_drift'>;

interface Distance {
  readonly samples: number;
  readonly references: number;
  readonly value: number | null;
  readonly unknown?: string;
  readonly sampled?: boolean;
  readonly details?: Record<string, unknown>;
}

/** Categories shown, those that moved most first. */
const MOST_SHOWN = 20;

/** How far the candidate's predictions lie from the reference's. */
export function judgeDrift(check: DriftCheck, tally: RowChecksTally): CheckResult {
  const found = tally.rows === 0 ? nothing('no rows') : distanceOf(check, tally);
  const { of, against } = { of: check.of ?? null, against: referenceName(check) };
  return judgeValue({
    check,
    candidate: { samples: found.samples, value: found.value },
    baseline: { samples: found.references, value: null },
    better: 'lower',
    ...(found.sampled ? { counted: `rows, a sample of ${tally.rows}` } : {}),
    ...(found.unknown === undefined ? {} : { unknown: found.unknown }),
    details: { method: check.method, against, ...(of === null ? {} : { of }), ...found.details },
  });
}

function nothing(unknown: string, samples = 0): Distance {
  return { samples, references: 0, value: null, unknown };
}

function referenceName({ against }: DriftCheck): string {
  return typeof against === 'object' ? `column ${against.column}` : 'baseline';
}

function distanceOf(check: DriftCheck, tally: RowChecksTally): Distance {
  const { sample } = tally;
  const of = check.of ?? (sample !== null && isComplete(sample, 'candidate') ? 'value' : 'label');
  if (of === 'label') return ofLabels(check, tally);
  if (sample === null) return nothing('no rows');
  const names = of === 'score' ? topColumn : (arm: ComparedArm) => arm;
  const reference = typeof check.against === 'object' ? referenceColumn(check.against.column) : names('baseline');
  for (const [name, whose] of [
    [names('candidate'), 'the candidate'],
    [reference, referenceName(check)],
  ] as const)
    if (!isComplete(sample, name))
      return nothing(`${whose} has rows without a ${of === 'score' ? 'score' : 'number'}`, tally.rows);
  return ofNumbers(check, sample, sample.numbers(names('candidate')), sample.numbers(reference));
}

/** Whether every kept row has the number. */
function isComplete(sample: SampledRows, name: string): boolean {
  const rows = sample.settle();
  return rows > 0 && sample.numbers(name).length === rows;
}

function ofNumbers(check: DriftCheck, sample: SampledRows, current: Float64Array, reference: Float64Array): Distance {
  return {
    samples: current.length,
    references: reference.length,
    value: numericDistance(check.method, reference, current),
    sampled: !sample.isComplete,
  };
}

function numericDistance(method: DriftCheck['method'], reference: Float64Array, current: Float64Array): number {
  switch (method) {
    case 'ks':
      return ksOfSorted(sorted(reference), sorted(current)).statistic;
    case 'wasserstein':
      return normedWasserstein(reference, current);
    case 'psi':
      return populationStability(numericShares(reference, current));
    case 'jensenshannon':
      return jensenShannonDistance(numericShares(reference, current));
  }
}

/** Labels are counted over all rows. */
function ofLabels(check: DriftCheck, tally: RowChecksTally): Distance {
  const current = labelCounts(tally, 'candidate');
  const reference =
    typeof check.against === 'object' ? referenceCounts(tally, check.against.column) : labelCounts(tally, 'baseline');
  if (current === null || reference === null)
    return nothing(`more than ${MOST_TEXTS} different labels: give \`of: value\` where they are numbers`, tally.rows);
  const [samples, references] = [total(current), total(reference)];
  if (samples === 0 || references === 0)
    return nothing(`${samples} predictions and ${references} of the reference`, samples);
  const labels = [...new Set([...reference.keys(), ...current.keys()])].sort();
  const shares = {
    reference: labels.map((label) => (reference.get(label) ?? 0) / references),
    current: labels.map((label) => (current.get(label) ?? 0) / samples),
  };
  const value = labelDistance(check.method, labels, shares);
  const found = { samples, references, details: { labels: moved(labels, shares) } };
  return value === null
    ? { ...found, value, unknown: `${check.method} needs numbers; labels are none` }
    : { ...found, value };
}

function labelDistance(method: DriftCheck['method'], labels: readonly string[], shares: SharePair): number | null {
  switch (method) {
    case 'psi':
      return populationStability(shares);
    case 'jensenshannon':
      return jensenShannonDistance(shares);
    case 'ks':
    case 'wasserstein':
      return orderedDistance(method, labels, shares);
  }
}

/** Of labels that are numbers: from their shares in order. null where some are none. */
function orderedDistance(method: 'ks' | 'wasserstein', labels: readonly string[], shares: SharePair): number | null {
  const points = labels.map((label, i) => ({
    at: decimalOf(label),
    reference: shares.reference[i] as number,
    current: shares.current[i] as number,
  }));
  if (points.some(({ at }) => at === null)) return null;
  const scale = safeScale(largestSize(points.map(({ at }) => at as number)));
  const order = points.map((point) => ({ ...point, at: (point.at as number) / scale })).sort((a, b) => a.at - b.at);
  const mean = order.reduce((sum, { at, reference }) => sum + at * reference, 0);
  const spread = Math.sqrt(order.reduce((sum, { at, reference }) => sum + reference * (at - mean) ** 2, 0));
  let [gap, largest, area] = [0, 0, 0];
  for (const [i, { at, reference, current }] of order.entries()) {
    gap += current - reference;
    largest = Math.max(largest, Math.abs(gap));
    const next = order[i + 1];
    if (next !== undefined) area += Math.abs(gap) * (next.at - at);
  }
  return method === 'ks' ? largest : area / Math.max(spread, LEAST_SPREAD / scale);
}

/** As `normedWasserstein` of src/stats: a constant reference has no spread to divide by. */
const LEAST_SPREAD = 0.001;

function labelCounts(tally: RowChecksTally, arm: ComparedArm): Map<string, number> | null {
  const counts = tally.counts.get(keyOf({ arm, by: ALL }));
  if (tally.labels.full || counts === undefined || counts.fault !== null) return null;
  const predicted = counts.bySlice().get(0)?.of('predicted') ?? new Map<number, number>();
  return new Map([...predicted].map(([id, rows]) => [tally.labels.textOf(id), rows]));
}

function referenceCounts(tally: RowChecksTally, column: string): Map<string, number> | null {
  const counts = tally.references.get(column);
  return counts === undefined || counts.full ? null : counts.counts();
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, rows) => sum + rows, 0);
}

function moved(labels: readonly string[], { reference, current }: SharePair): unknown {
  return labels
    .map((label, i) => ({ label, reference: reference[i] as number, candidate: current[i] as number }))
    .sort((a, b) => Math.abs(b.candidate - b.reference) - Math.abs(a.candidate - a.reference))
    .slice(0, MOST_SHOWN);
}
