import type { ComparedArm } from '../../domain/experiment.js';
import { DEFAULT_BINS, DEFAULT_K, DEFAULT_TOLERANCE } from '../../domain/spec/validation/check-fields.js';
import type { CheckOf, Validation } from '../../domain/spec/validation/index.js';
import { needsBaseline } from '../judge-value.js';
import {
  boundsByDataset,
  isFairness,
  isQuality,
  isRegression,
  isRowCheck,
  type QualityCheck,
  type RowCheck,
  referenceOf,
  usesScores,
} from './row-checks.js';
import type { ScoreLayout } from './score-sums.js';

/** All rows as one. */
export const ALL = '';

/** Something counted of one version, by the values of one column. */
export interface Part {
  readonly arm: ComparedArm;
  /** A column, or ALL. */
  readonly by: string;
}

export interface ScorePart extends Part, ScoreLayout {
  /** The class that a check names; null: the later one of two. */
  readonly positive: string | null;
}

export type Agreement = { readonly by: string; readonly tolerance: number };

/** What the checks of a plan need counted, each once. */
export interface Wanted {
  readonly checks: readonly RowCheck[];
  /** Columns that make slices. */
  readonly slices: readonly string[];
  readonly counts: readonly Part[];
  readonly regression: readonly Part[];
  readonly scores: readonly ScorePart[];
  readonly agreements: readonly Agreement[];
  /** Columns with reference predictions that may be labels. */
  readonly references: readonly string[];
  readonly sample: SampleColumns | null;
}

/** What is kept of a sampled row. */
export interface SampleColumns {
  /** Slice columns. */
  readonly slices: readonly string[];
  /** Versions of which all scores are kept. */
  readonly scores: readonly ComparedArm[];
  /** Numbers besides: the label as one, a version's prediction as one or its best score, a reference. */
  readonly numbers: readonly string[];
}

export function wantedBy(plan: Validation): Wanted {
  const checks = plan.checks.filter(isRowCheck);
  const counts = unique(checks.flatMap(countsOf), keyOf);
  const scored = checks.filter(isQuality).filter(usesScores);
  const sample = sampleOf(checks, scored);
  return {
    checks,
    slices: unique(
      checks.flatMap((check) => ('by' in check && check.by !== undefined ? [check.by] : [])),
      String,
    ),
    counts,
    regression: unique(checks.filter(isRegression).flatMap(partsOf), keyOf),
    scores: scorePartsOf(scored),
    agreements: unique(
      checks.flatMap((check) => (check.metric === 'agreement' ? [agreementOf(check)] : [])),
      agreementKey,
    ),
    references: unique(
      checks.flatMap((check) => (wantsLabels(check) ? referenceOf(check) : [])),
      String,
    ),
    sample: sample.scores.length + sample.numbers.length === 0 ? null : sample,
  };
}

export function keyOf({ arm, by }: Part): string {
  return `${arm} ${by}`;
}

export function scoreKey(part: Pick<ScorePart, 'arm' | 'by' | 'positive'>): string {
  return JSON.stringify([part.arm, part.by, part.positive]);
}

export function agreementOf({ by, tolerance }: CheckOf<'agreement'>): Agreement {
  return { by: by ?? ALL, tolerance: tolerance ?? DEFAULT_TOLERANCE };
}

export function agreementKey({ by, tolerance }: Agreement): string {
  return `${tolerance} ${by}`;
}

function armsOf(check: RowCheck): readonly ComparedArm[] {
  return needsBaseline(check) ? ['candidate', 'baseline'] : ['candidate'];
}

function partsOf(check: RowCheck): Part[] {
  const by = ('by' in check ? check.by : undefined) ?? ALL;
  return armsOf(check).map((arm) => ({ arm, by }));
}

/** Scores need the classes of all rows, whatever they are sliced by. */
function countsOf(check: RowCheck): Part[] {
  if (isQuality(check) || isFairness(check))
    return [...partsOf(check), ...armsOf(check).map((arm) => ({ arm, by: ALL }))];
  if (check.metric === 'prediction_bounds') return boundsByDataset(check) ? [{ arm: 'candidate', by: ALL }] : [];
  return wantsLabels(check) ? armsOf(check).map((arm) => ({ arm, by: ALL })) : [];
}

/** Whether drift may be that of labels: where nobody says, the predictions decide in the end. */
function wantsLabels(check: RowCheck): boolean {
  return check.metric === 'prediction_drift' && (check.of ?? 'label') === 'label';
}

function scorePartsOf(checks: readonly QualityCheck[]): ScorePart[] {
  const parts = new Map<string, ScorePart>();
  for (const check of checks)
    for (const part of partsOf(check)) {
      const own = { ...part, positive: check.positive ?? null };
      const { ks, bins } = parts.get(scoreKey(own)) ?? { ks: [], bins: [] };
      parts.set(scoreKey(own), {
        ...own,
        ks: check.metric === 'top_k_accuracy' ? unique([...ks, check.k ?? DEFAULT_K], String) : ks,
        bins:
          check.metric === 'expected_calibration_error' ? unique([...bins, check.bins ?? DEFAULT_BINS], String) : bins,
      });
    }
  return [...parts.values()];
}

function sampleOf(checks: readonly RowCheck[], scored: readonly QualityCheck[]): SampleColumns {
  const numbers = checks.flatMap((check) => {
    if (check.metric === 'median_absolute_error') return ['truth', ...armsOf(check)];
    if (check.metric !== 'prediction_drift') return [];
    const references = referenceOf(check).map(referenceColumn);
    if (check.of === 'score') return [...armsOf(check).map(topColumn), ...references];
    return check.of === 'label' ? [] : [...armsOf(check), ...references];
  });
  const sliced = [...scored, ...checks.filter(({ metric }) => metric === 'median_absolute_error')];
  return {
    slices: unique(
      sliced.flatMap((check) => ('by' in check && check.by !== undefined ? [check.by] : [])),
      String,
    ),
    scores: unique(scored.flatMap(armsOf), String),
    numbers: unique(numbers, String),
  };
}

export function topColumn(arm: ComparedArm): string {
  return `best score of ${arm}`;
}

export function referenceColumn(column: string): string {
  return `reference ${column}`;
}

function unique<Item>(items: readonly Item[], key: (item: Item) => string): Item[] {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}
