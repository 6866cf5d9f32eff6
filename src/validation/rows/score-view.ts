/** How the scores of a row are read. */
export interface ScoreView {
  /** Scores a row. */
  readonly width: number;
  /** Label ids, sorted as scikit-learn sorts its classes. */
  readonly classes: readonly number[];
  /** By label id the column of its score; a message where that is not known. Empty for one score a row: it is of `positive`. */
  readonly columns: ReadonlyMap<number, number> | string;
  /** Of two classes (or where the check names one), the one that counts as yes. */
  readonly positive: number | null;
}

export function scoreOf(view: ScoreView, scores: ArrayLike<number>, label: number): number | undefined {
  if (view.width === 1) {
    const score = scores[0] as number;
    return label === view.positive ? score : 1 - score;
  }
  const column = typeof view.columns === 'string' ? undefined : view.columns.get(label);
  return column === undefined ? undefined : scores[column];
}

/** Whether what was summed up under `then` holds under `now`, which may know more classes. */
export function sameView(then: ScoreView, now: ScoreView): boolean {
  const [a, b] = [then.columns, now.columns];
  return (
    then.width === now.width &&
    then.positive === now.positive &&
    (then.classes.length === 2) === (now.classes.length === 2) &&
    typeof a !== 'string' &&
    typeof b !== 'string' &&
    then.classes.every((id) => a.get(id) === b.get(id))
  );
}

/** Texts in the order of scikit-learn's classes: as numbers where all are, else by code point. */
export function sortedLabels<Item>(items: readonly Item[], text: (item: Item) => string): Item[] {
  const numeric = items.every((item) => text(item).trim() !== '' && Number.isFinite(Number(text(item))));
  return [...items].sort((a, b) => {
    if (numeric && Number(text(a)) !== Number(text(b))) return Number(text(a)) - Number(text(b));
    return text(a) < text(b) ? -1 : Number(text(a) > text(b));
  });
}
