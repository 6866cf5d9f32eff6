import { addToSum, sumAt } from '../../stats/sample/running-sum.js';
import { doublesOf, packed } from './packed.js';
import { type ScoreView, scoreOf } from './score-view.js';

/** What is summed up besides log loss and Brier score. */
export interface ScoreLayout {
  readonly ks: readonly number[];
  /** Numbers of bins of calibration curves. */
  readonly bins: readonly number[];
}

export interface ScoredRow {
  readonly slice: number;
  readonly truth: number;
  readonly predicted: number;
  readonly scores: ArrayLike<number>;
}

export interface CurveBin {
  readonly rows: number;
  readonly observed: number;
  readonly predicted: number;
}

/** Means over the rows of a slice. null: which score is of the true class is not known. */
export interface ScoreQuality {
  readonly rows: number;
  readonly logLoss: number | null;
  readonly brier: number | null;
  readonly topK: (k: number) => number | null;
  readonly curve: (bins: number) => readonly CurveBin[];
}

export type SavedSums = readonly (readonly [slice: number, cells: string])[];

const ROWS = 0;
const LOG_LOSS = 1;
const BRIER = 3;
const TOP = 5;
/** Rows, hits, and the sum of scores in two cells. */
const BIN = 4;
/** A score of 0 for the truth would make one wrong row cost everything; the distance of 1 to its neighbour, as scikit-learn's. */
const EPSILON = Number.EPSILON;

/** Running sums of what scores are worth, by slice. */
export class ScoreSums {
  readonly #layout: ScoreLayout;
  readonly #curveAt: ReadonlyMap<number, number>;
  readonly #size: number;
  #slices = new Map<number, Float64Array>();

  constructor(layout: ScoreLayout) {
    this.#layout = layout;
    let at = TOP + layout.ks.length;
    const curves = new Map<number, number>();
    for (const bins of layout.bins) {
      curves.set(bins, at);
      at += bins * BIN;
    }
    this.#curveAt = curves;
    this.#size = at;
  }

  /** @returns false where the true class has no score under the view: the sums are worth nothing from then on */
  add(view: ScoreView, row: ScoredRow): boolean {
    let cells = this.#slices.get(row.slice);
    if (cells === undefined) {
      cells = new Float64Array(this.#size);
      this.#slices.set(row.slice, cells);
    }
    cells[ROWS] = (cells[ROWS] as number) + 1;
    this.#addToCurves(cells, view, row);
    if (typeof view.columns === 'string') return true;
    const score = scoreOf(view, row.scores, row.truth);
    if (score === undefined) return false;
    const total = view.width === 1 ? 1 : sumOf(row.scores);
    addToSum(cells, LOG_LOSS, -Math.log(Math.min(1 - EPSILON, Math.max(EPSILON, score / total))));
    addToSum(cells, BRIER, squaredDistance(view, row.scores, score));
    if (this.#layout.ks.length > 0) {
      const better = betterThanTruth(view, row, score);
      for (const [at, k] of this.#layout.ks.entries())
        if (better < k) cells[TOP + at] = (cells[TOP + at] as number) + 1;
    }
    return true;
  }

  /** Of a positive class: its score against whether it is the truth. Else the best score against whether the prediction is right. */
  #addToCurves(cells: Float64Array, view: ScoreView, row: ScoredRow): void {
    if (this.#curveAt.size === 0) return;
    const { positive } = view;
    const score = positive === null ? highest(row.scores) : scoreOf(view, row.scores, positive);
    if (score === undefined) return;
    const hit = row.truth === (positive ?? row.predicted);
    for (const [bins, from] of this.#curveAt) {
      const at = from + BIN * Math.max(0, Math.min(bins - 1, Math.floor(score * bins)));
      cells[at] = (cells[at] as number) + 1;
      if (hit) cells[at + 1] = (cells[at + 1] as number) + 1;
      addToSum(cells, at + 2, score);
    }
  }

  slices(): number[] {
    return [...this.#slices.keys()];
  }

  /** @returns null where the slice has no rows */
  quality(slice: number, view: ScoreView): ScoreQuality | null {
    const cells = this.#slices.get(slice);
    if (cells === undefined) return null;
    const rows = cells[ROWS] as number;
    const known = typeof view.columns !== 'string';
    return {
      rows,
      logLoss: known ? sumAt(cells, LOG_LOSS) / rows : null,
      brier: known ? sumAt(cells, BRIER) / rows : null,
      topK: (k) => (known ? (cells[TOP + this.#layout.ks.indexOf(k)] as number) / rows : null),
      curve: (bins) => this.#curve(cells, bins),
    };
  }

  #curve(cells: Float64Array, bins: number): CurveBin[] {
    const from = this.#curveAt.get(bins) as number;
    return Array.from({ length: bins }, (_, bin) => from + BIN * bin)
      .filter((at) => (cells[at] as number) > 0)
      .map((at) => {
        const rows = cells[at] as number;
        return { rows, observed: (cells[at + 1] as number) / rows, predicted: sumAt(cells, at + 2) / rows };
      });
  }

  save(): SavedSums {
    return [...this.#slices].map(([slice, cells]) => [slice, packed(cells)]);
  }

  restore(saved: SavedSums): void {
    this.#slices = new Map(saved.map(([slice, cells]) => [slice, doublesOf(cells)]));
  }
}

export function highest(scores: ArrayLike<number>): number {
  let best = scores[0] as number;
  for (let i = 1; i < scores.length; i += 1) best = Math.max(best, scores[i] as number);
  return best;
}

function sumOf(scores: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < scores.length; i += 1) total += scores[i] as number;
  return total;
}

/**
 * Brier's score of a row, as scikit-learn has it since 1.7: the sum over all classes, in 0..2; of two classes half of it, in 0..1, which is the
 * squared error of one class's probability.
 */
function squaredDistance(view: ScoreView, scores: ArrayLike<number>, truth: number): number {
  if (view.width === 1) return (1 - truth) ** 2;
  let others = 0;
  let met = false;
  for (let i = 0; i < scores.length; i += 1) {
    const score = scores[i] as number;
    // Of equal scores it does not matter which one is taken for the truth's.
    if (!met && score === truth) met = true;
    else others += score * score;
  }
  return (others + (1 - truth) ** 2) / (view.width === 2 ? 2 : 1);
}

/** Classes that rank before the true one. Of equal scores the later class ranks first, as a stable ascending sort leaves it (numpy's). */
function betterThanTruth(view: ScoreView, { scores, truth }: ScoredRow, score: number): number {
  if (view.width === 1) return score > 0.5 || (score === 0.5 && truth === view.positive) ? 0 : 1;
  const column = (view.columns as ReadonlyMap<number, number>).get(truth) as number;
  let better = 0;
  for (let i = 0; i < scores.length; i += 1) {
    const other = scores[i] as number;
    if (other > score || (other === score && i > column)) better += 1;
  }
  return better;
}
