import type { ComparedArm } from '../../domain/experiment.js';
import type { AnsweredRow } from '../answered-row.js';
import type { ConfusionCounts } from './confusion-counts.js';
import { type Dictionary, NONE } from './dictionary.js';
import type { RowIds, SampledRows } from './sampled-rows.js';
import { type SavedShape, ScoreShape } from './score-shape.js';
import { type SavedSums, ScoreSums } from './score-sums.js';
import { type ScoreView, sameView, sortedLabels } from './score-view.js';
import { ALL, keyOf, type ScorePart, scoreKey, type Wanted } from './wanted.js';

/** Sums over all rows, and the view of the scores that they were made under. */
interface LiveSums {
  readonly view: ScoreView;
  readonly sums: ScoreSums;
}

type SavedView = Omit<ScoreView, 'columns'> & { readonly columns: readonly (readonly [number, number])[] | string };

export interface SavedScores {
  readonly shapes: Readonly<Record<string, SavedShape>>;
  readonly live: readonly { readonly key: string; readonly view: SavedView; readonly sums: SavedSums }[];
}

/** What scores are worth. As long as all rows are kept they tell it; beyond that, sums do, where it is known which score is of which class. */
export class ScoreTally {
  readonly #parts: readonly ScorePart[];
  readonly #labels: Dictionary;
  readonly #counts: ReadonlyMap<string, ConfusionCounts>;
  readonly #shapes: ReadonlyMap<ComparedArm, ScoreShape>;
  #live = new Map<ScorePart, LiveSums>();
  /** Versions whose scores in the row at hand can't be read. */
  readonly #unread = new Set<ComparedArm>();

  constructor(wanted: Wanted, labels: Dictionary, counts: ReadonlyMap<string, ConfusionCounts>) {
    this.#parts = wanted.scores;
    this.#labels = labels;
    this.#counts = counts;
    this.#shapes = new Map((wanted.sample?.scores ?? []).map((arm) => [arm, new ScoreShape()]));
  }

  look(row: AnsweredRow, ids: RowIds): void {
    this.#unread.clear();
    for (const [arm, shape] of this.#shapes) {
      const answer = row[arm];
      if (answer === null || !shape.add(row.index, ids[arm], answer.scores)) this.#unread.add(arm);
    }
  }

  /** Scores a row that can be kept. */
  widthOf(arm: ComparedArm): number {
    const width = this.#shapes.get(arm)?.width ?? 0;
    return width > NONE ? 0 : width;
  }

  shapeOf(arm: ComparedArm): ScoreShape | undefined {
    return this.#shapes.get(arm);
  }

  /** How scores are read by what is known of them so far. */
  viewOf(part: Pick<ScorePart, 'arm' | 'positive'>): ScoreView {
    const shape = this.#shapes.get(part.arm);
    const slice = this.#counts
      .get(keyOf({ arm: part.arm, by: ALL }))
      ?.bySlice()
      .get(0);
    const classes = sortedLabels(slice?.labels() ?? [], (id) => this.#labels.textOf(id));
    const last = classes.length === 2 ? (classes[1] as number) : null;
    const positive = part.positive === null ? last : (this.#labels.find(part.positive) ?? null);
    const width = shape?.width ?? 0;
    return { width, classes, positive, columns: columnsOf(shape, classes, positive, slice?.of('predicted').size ?? 0) };
  }

  /** Goes over the rows that were kept, which are all there have been. */
  beginSums(sample: SampledRows): void {
    for (const part of this.#parts) {
      const view = this.viewOf(part);
      if (typeof view.columns === 'string') continue;
      const sums = sumsOfSample(sample, part, view);
      if (sums !== null) this.#live.set(part, { view, sums });
    }
  }

  addToSums(row: AnsweredRow, ids: RowIds, slice: ReadonlyMap<string, number>): void {
    if (this.#live.size === 0) return;
    for (const [part, live] of this.#live) {
      const at = slice.get(part.by) ?? NONE;
      const scores = row[part.arm]?.scores;
      if (!scores || this.#unread.has(part.arm) || at === NONE || ids.truth === NONE) continue;
      const counted = live.sums.add(live.view, { slice: at, truth: ids.truth, predicted: ids[part.arm], scores });
      if (!counted) this.#live.delete(part);
    }
  }

  /** @param part one of the plan's @returns sums of all rows, or else of the sample */
  sumsOf(part: ScorePart, view: ScoreView, sample: SampledRows): { sums: ScoreSums | null; sampled: boolean } {
    const live = this.#live.get(part);
    if (live !== undefined && sameView(live.view, view)) return { sums: live.sums, sampled: false };
    return { sums: sumsOfSample(sample, part, view), sampled: !sample.isComplete };
  }

  save(): SavedScores {
    return {
      shapes: Object.fromEntries([...this.#shapes].map(([arm, shape]) => [arm, shape.save()])),
      live: [...this.#live].map(([part, { view, sums }]) => ({
        key: scoreKey(part),
        view: { ...view, columns: typeof view.columns === 'string' ? view.columns : [...view.columns] },
        sums: sums.save(),
      })),
    };
  }

  restore({ shapes, live }: SavedScores): void {
    for (const [arm, shape] of this.#shapes) shape.restore(shapes[arm] as SavedShape);
    this.#live = new Map();
    for (const { key, view, sums: saved } of live) {
      const part = this.#parts.find((each) => scoreKey(each) === key);
      if (part === undefined) continue;
      const sums = new ScoreSums(part);
      sums.restore(saved);
      const columns = typeof view.columns === 'string' ? view.columns : new Map(view.columns);
      this.#live.set(part, { view: { ...view, columns }, sums });
    }
  }
}

/** null: a true class has no score under the view. */
function sumsOfSample(sample: SampledRows, { arm, by, ...layout }: ScorePart, view: ScoreView): ScoreSums | null {
  const sums = new ScoreSums(layout);
  const rows = sample.settle();
  for (let at = 0; at < rows; at += 1) {
    const [slice, truth, scores] = [sample.sliceAt(at, by), sample.truthAt(at), sample.scoresAt(at, arm)];
    if (slice === NONE || truth === NONE || Number.isNaN(scores[0])) continue;
    if (!sums.add(view, { slice, truth, predicted: sample.predictedAt(at, arm), scores })) return null;
  }
  return sums;
}

function columnsOf(
  shape: ScoreShape | undefined,
  classes: readonly number[],
  positive: number | null,
  predicted: number,
): ScoreView['columns'] {
  if (shape === undefined) return 'no row was answered';
  if (shape.width !== 1) return shape.columnsOf(classes);
  if (positive === null) return `one score a row, and ${classes.length} classes: which one it is of is not known`;
  if (shape.isConfidence && predicted > 1)
    return 'one score a row, never below 0.5: it is of the predicted class, and tells nothing of the others';
  return new Map();
}
