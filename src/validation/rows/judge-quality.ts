import type { ComparedArm } from '../../domain/experiment.js';
import type { CheckResult } from '../../domain/validation.js';
import { type Averages, type CountsQuality, qualityOfMatrix } from '../../stats/quality/class-counts.js';
import { needsBaseline } from '../judge-value.js';
import { classFault, positiveOf, sortedIds } from './class-space.js';
import type { SliceCounts } from './confusion-counts.js';
import { judgeMeasurement, type Measure, type Measured, unmeasured } from './measure.js';
import type { QualityCheck } from './row-checks.js';
import type { RowChecksTally } from './row-tally.js';
import { ALL, keyOf } from './wanted.js';

/** A matrix of more classes is no longer read; its worst cells are. */
const MOST_SHOWN = 50;
const MOST_CONFUSED = 20;

/** Metrics that labels alone tell. */
export function judgeCounts(check: QualityCheck, tally: RowChecksTally): CheckResult {
  return judgeMeasurement(check, tally, {
    candidate: measureOf(check, tally, 'candidate'),
    baseline: needsBaseline(check) ? measureOf(check, tally, 'baseline') : null,
    better: 'higher',
    details: (slice) => detailsOf(check, tally, slice),
  });
}

function measureOf(check: QualityCheck, tally: RowChecksTally, arm: ComparedArm): Measure {
  const by = check.by ?? ALL;
  const fault = classFault(tally, arm, by);
  if (fault !== null) return unmeasured(fault, tally.rows);
  const slices = tally.counts.get(keyOf({ arm, by }))?.bySlice() ?? new Map<number, SliceCounts>();
  const positive = averageOf(check) === 'binary' ? positiveOf(tally, arm, check.positive) : null;
  return {
    slices: () => [...slices.keys()],
    of: (slice) => {
      const counts = slices.get(slice)?.labelled();
      if (counts === undefined || counts.rows === 0)
        return { samples: 0, value: null, unknown: 'no rows with a label' };
      return { samples: counts.rows, ...valueOf(check, tally, counts, positive) };
    },
  };
}

function averageOf({ average, positive }: QualityCheck): NonNullable<QualityCheck['average']> {
  return average ?? (positive === undefined ? 'macro' : 'binary');
}

function valueOf(
  check: QualityCheck,
  tally: RowChecksTally,
  counts: SliceCounts,
  positive: number | string | null,
): Omit<Measured, 'samples'> {
  const classes = sortedIds(tally, counts.labels());
  const quality = qualityOfMatrix(counts.matrix(classes));
  switch (check.metric) {
    case 'accuracy':
      return { value: quality.accuracy };
    case 'balanced_accuracy':
      return known(quality.balancedAccuracy, 'the rows are of one class only');
    case 'mcc':
      return { value: quality.mcc };
    case 'kappa':
      return known(quality.kappa, 'truth and predictions are one and the same class');
    case 'precision':
    case 'recall':
    case 'f1':
      return averaged(check, check.metric, quality, { classes, positive, tally });
    default:
      throw new RangeError(`${check.metric} is not told by labels alone`);
  }
}

export function known(value: number | null, why: string): Omit<Measured, 'samples'> {
  return value === null ? { value, unknown: why } : { value };
}

function averaged(
  check: QualityCheck,
  key: keyof Averages,
  quality: CountsQuality,
  of: {
    readonly classes: readonly number[];
    readonly positive: number | string | null;
    readonly tally: RowChecksTally;
  },
): Omit<Measured, 'samples'> {
  const average = averageOf(check);
  if (average !== 'binary') return { value: quality[average][key] };
  if (typeof of.positive === 'string') return { value: null, unknown: of.positive };
  const own = quality.perClass[of.classes.indexOf(of.positive ?? -1)];
  const text = of.tally.labels.textOf(of.positive ?? -1);
  return own === undefined || own.actual === 0
    ? { value: null, unknown: `no row is of class "${text}"` }
    : { value: own[key] };
}

function detailsOf(check: QualityCheck, tally: RowChecksTally, slice: number): Record<string, unknown> | undefined {
  const counts = tally.counts
    .get(keyOf({ arm: 'candidate', by: check.by ?? ALL }))
    ?.bySlice()
    .get(slice)
    ?.labelled();
  if (counts === undefined || counts.rows === 0 || tally.labels.full) return undefined;
  const classes = sortedIds(tally, counts.labels());
  const matrix = counts.matrix(classes);
  const texts = classes.map((id) => tally.labels.textOf(id));
  if (['precision', 'recall', 'f1', 'balanced_accuracy'].includes(check.metric)) return byClass(texts, matrix);
  if (texts.length <= MOST_SHOWN) return { classes: texts, confusion: matrix };
  return { confused: worstCells(texts, matrix) };
}

function byClass(texts: readonly string[], matrix: number[][]): Record<string, unknown> {
  const classes = qualityOfMatrix(matrix).perClass.map(({ actual, precision, recall, f1 }, at) => ({
    class: texts[at],
    rows: actual,
    precision,
    recall,
    f1,
  }));
  if (classes.length <= MOST_SHOWN) return { byClass: classes };
  return { byClass: classes.sort((a, b) => a.f1 - b.f1).slice(0, MOST_SHOWN) };
}

function worstCells(texts: readonly string[], matrix: number[][]): unknown {
  return matrix
    .flatMap((row, t) => row.map((rows, p) => ({ t, p, rows })))
    .filter(({ t, p, rows }) => t !== p && rows > 0)
    .sort((a, b) => b.rows - a.rows)
    .slice(0, MOST_CONFUSED)
    .map(({ t, p, rows }) => ({ true: texts[t], predicted: texts[p], rows }));
}
