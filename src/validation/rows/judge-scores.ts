import type { ComparedArm } from '../../domain/experiment.js';
import { DEFAULT_BINS, DEFAULT_K } from '../../domain/spec/validation/check-fields.js';
import type { CheckResult } from '../../domain/validation.js';
import { averagePrecision, rocAuc } from '../../stats/quality/ranking.js';
import { needsBaseline } from '../judge-value.js';
import { classFault } from './class-space.js';
import { NONE } from './dictionary.js';
import { known } from './judge-quality.js';
import { judgeMeasurement, type Measure, type Measured, unmeasured } from './measure.js';
import type { QualityCheck } from './row-checks.js';
import type { RowChecksTally } from './row-tally.js';
import type { SampledRows } from './sampled-rows.js';
import type { CurveBin, ScoreQuality, ScoreSums } from './score-sums.js';
import { type ScoreView, scoreOf } from './score-view.js';
import { ALL, scoreKey } from './wanted.js';

/** Scores of one version, ready to be measured. */
interface Scored {
  readonly check: QualityCheck;
  readonly tally: RowChecksTally;
  readonly arm: ComparedArm;
  readonly view: ScoreView;
  readonly sums: ScoreSums;
  readonly sample: SampledRows;
}

type Found = { readonly measure: Measure; readonly sampled: boolean; readonly scored?: Scored };

/** Metrics that need scores: log loss, Brier, ranking, top k and calibration. */
export function judgeScores(check: QualityCheck, tally: RowChecksTally): CheckResult {
  const candidate = find(check, tally, 'candidate');
  const baseline = needsBaseline(check) ? find(check, tally, 'baseline') : null;
  const { scored } = candidate;
  return judgeMeasurement(check, tally, {
    candidate: candidate.measure,
    baseline: baseline?.measure ?? null,
    better: LOWER.has(check.metric) ? 'lower' : 'higher',
    sampled: candidate.sampled || baseline?.sampled === true,
    details: (slice) => (scored === undefined ? undefined : curveOf(scored, slice)),
  });
}

const LOWER: ReadonlySet<string> = new Set(['log_loss', 'brier', 'expected_calibration_error']);
const OF_PROBABILITIES: ReadonlySet<string> = LOWER;

function find(check: QualityCheck, tally: RowChecksTally, arm: ComparedArm): Found {
  const by = check.by ?? ALL;
  const positive = check.positive ?? null;
  const view = tally.scores.viewOf({ arm, positive });
  const fault = classFault(tally, arm, by) ?? faultOf(check, tally, arm, view);
  const part = tally.wanted.scores.find((each) => scoreKey(each) === scoreKey({ arm, by, positive }));
  const { sample } = tally;
  const nothing = (why: string) => ({ measure: unmeasured(why, tally.labelled), sampled: false });
  if (fault !== null) return nothing(fault);
  if (sample === null || part === undefined) return nothing('no rows');
  if (isRanking(check)) return ofRanking({ check, tally, arm, view, sample });
  const { sums, sampled } = tally.scores.sumsOf(part, view, sample);
  if (sums === null) return nothing('some classes have no score');
  const scored = { check, tally, arm, view, sums, sample };
  return { measure: ofSums(scored), sampled, scored };
}

/** Why the scores tell nothing of this metric; null where they do. */
function faultOf(check: QualityCheck, tally: RowChecksTally, arm: ComparedArm, view: ScoreView): string | null {
  const shape = tally.scores.shapeOf(arm);
  if (tally.labelled === 0) return 'no rows with a label';
  if (shape === undefined || shape.fault !== null) return shape?.fault ?? 'the server gives no scores';
  if (OF_PROBABILITIES.has(check.metric) && shape.improbability !== null) return shape.improbability;
  if (check.positive !== undefined && view.positive === null)
    return `no row is or is said to be of class "${check.positive}"`;
  const ofConfidence = check.metric === 'expected_calibration_error' && view.positive === null;
  if (typeof view.columns === 'string') return ofConfidence ? null : view.columns;
  if (view.classes.length < 2) return 'there is one class only';
  if (view.width === 1 && view.classes.length > 2 && ['log_loss', 'brier', 'top_k_accuracy'].includes(check.metric))
    return `one score a row, and ${view.classes.length} classes`;
  const k = check.k ?? DEFAULT_K;
  return check.metric === 'top_k_accuracy' && k >= view.classes.length
    ? `the top ${k} of ${view.classes.length} classes hold every class`
    : null;
}

function ofSums({ check, view, sums }: Scored): Measure {
  return {
    slices: () => sums.slices(),
    of: (slice) => {
      const quality = sums.quality(slice, view);
      if (quality === null) return { samples: 0, value: null, unknown: 'no rows with a label' };
      return { samples: quality.rows, ...known(meanOf(check, quality), 'which score is of which class is not known') };
    },
  };
}

function meanOf(check: QualityCheck, quality: ScoreQuality): number | null {
  switch (check.metric) {
    case 'log_loss':
      return quality.logLoss;
    case 'brier':
      return quality.brier;
    case 'top_k_accuracy':
      return quality.topK(check.k ?? DEFAULT_K);
    case 'expected_calibration_error':
      return calibrationError(quality.curve(check.bins ?? DEFAULT_BINS), quality.rows);
    default:
      throw new RangeError(`${check.metric} is no mean of scores`);
  }
}

/** Mean gap of observed share and predicted probability, bins weighted by their rows. Source: see `expectedCalibrationError` of src/stats. */
function calibrationError(curve: readonly CurveBin[], rows: number): number {
  return curve.reduce((sum, bin) => sum + bin.rows * Math.abs(bin.observed - bin.predicted), 0) / rows;
}

function curveOf({ check, view, sums }: Scored, slice: number): Record<string, unknown> | undefined {
  if (check.metric !== 'expected_calibration_error') return undefined;
  return { calibration: sums.quality(slice, view)?.curve(check.bins ?? DEFAULT_BINS) ?? [] };
}

function isRanking({ metric }: QualityCheck): boolean {
  return metric === 'roc_auc' || metric === 'average_precision';
}

type Ranked = Omit<Scored, 'sums'>;

/** Order needs all rows of a slice at once: those that were kept. */
function ofRanking(ranked: Ranked): Found {
  const { check, arm, sample } = ranked;
  const slices = new Map<number, number[]>();
  const rows = sample.settle();
  for (let at = 0; at < rows; at += 1) {
    const slice = sample.sliceAt(at, check.by ?? ALL);
    if (slice === NONE || sample.truthAt(at) === NONE || Number.isNaN(sample.scoresAt(at, arm)[0])) continue;
    const found = slices.get(slice) ?? [];
    slices.set(slice, found);
    found.push(at);
  }
  const measure: Measure = {
    slices: () => [...slices.keys()],
    of: (slice) => {
      const found = slices.get(slice) ?? [];
      if (found.length === 0) return { samples: 0, value: null, unknown: 'no rows with a label' };
      return { samples: found.length, ...rankingOf(ranked, found) };
    },
  };
  return { measure, sampled: !sample.isComplete };
}

/** Of two classes (where no average is asked for), or where one is named: of the positive one; else of each class against the rest. */
function rankingOf(ranked: Ranked, rows: readonly number[]): Omit<Measured, 'samples'> {
  const { check, tally, view } = ranked;
  const average = check.average ?? (view.positive === null ? 'macro' : 'binary');
  const area = check.metric === 'roc_auc' ? rocAuc : averagePrecision;
  if (average === 'binary' && view.positive === null)
    return {
      value: null,
      unknown: `${view.classes.length} classes: \`positive\` does not say which one counts as yes`,
    };
  const classes = average === 'binary' ? [view.positive as number] : view.classes;
  const columns = classes.map((id) => columnOf(ranked, rows, id));
  if (average === 'micro') {
    const truth = columns.flatMap((column) => [...column.truth]);
    return known(area(truth, Float64Array.from(columns.flatMap((column) => [...column.scores]))), 'one class only');
  }
  const areas = columns.map(({ truth, scores }) => area(truth, scores));
  const support = columns.map(({ truth }) => truth.reduce((sum, yes) => sum + yes, 0));
  const lacking = classes.find((_, at) => areas[at] === null || support[at] === 0);
  if (lacking !== undefined) {
    const text = tally.labels.textOf(lacking);
    return { value: null, unknown: `nothing to rank: no row, or every row, is of class "${text}"` };
  }
  const weights = support.map((rowsOf) => (average === 'weighted' ? rowsOf : 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return { value: areas.reduce<number>((sum, value, at) => sum + (value ?? 0) * (weights[at] ?? 0), 0) / total };
}

function columnOf({ sample, arm, view }: Ranked, rows: readonly number[], id: number) {
  return {
    truth: Uint8Array.from(rows, (at) => Number(sample.truthAt(at) === id)),
    scores: Float64Array.from(rows, (at) => scoreOf(view, sample.scoresAt(at, arm), id) ?? Number.NaN),
  };
}
