import { cutText } from '../../domain/cut-text.js';
import { type ConfusionMatrix, none, type Part, part } from '../../domain/report.js';
import type { ConfusionCell, Some } from '../../ports/report-data.js';
import { grouped } from '../group.js';

export const MOST_CELLS = 5000;
const MOST_CLASSES = 20;
const MOST_MATRICES = 6;
const LONGEST_CLASS = 60;
const OTHERS = '(others)';

/** By version and arm; classes beyond the most frequent are counted as one. */
export function confusionMatrices({ total, rows }: Some<ConfusionCell>): Part<readonly ConfusionMatrix[]> {
  if (rows.length === 0) return none('No label has met a sampled prediction of this rollout.');
  const groups = grouped(rows, ({ version, arm }) => [arm, version]);
  const matrices = groups.flatMap((cells) => matrixOf(cells) ?? []).slice(0, MOST_MATRICES);
  const notes = [
    ...(rows.length < total ? [`The ${rows.length} most frequent of ${total} pairs of labels are counted.`] : []),
    ...(matrices.length < groups.length ? [`${matrices.length} of ${groups.length} versions are shown.`] : []),
    ...(matrices.some(({ classes }) => classes.at(-1) === OTHERS)
      ? [`The ${MOST_CLASSES} most frequent classes stand by themselves.`]
      : []),
  ];
  return part(matrices, notes.length === 0 ? null : notes.join(' '));
}

function matrixOf(cells: readonly ConfusionCell[]): ConfusionMatrix | null {
  const [first] = cells;
  if (first === undefined) return null;
  const sizes = new Map<string, number>();
  for (const { predicted, truth, count } of cells)
    for (const label of [predicted, truth]) sizes.set(label, (sizes.get(label) ?? 0) + count);
  const names = [...sizes].sort(([, a], [, b]) => b - a).map(([name]) => name);
  const shown = names.slice(0, MOST_CLASSES).sort(byNumber);
  const places = new Map(shown.map((name, at) => [name, at]));
  const size = shown.length + (names.length > shown.length ? 1 : 0);
  const counts = Array.from({ length: size }, () => Array.from({ length: size }, () => 0));
  let [labelled, correct] = [0, 0];
  for (const { predicted, truth, count } of cells) {
    const row = counts[places.get(truth) ?? shown.length] as number[];
    const column = places.get(predicted) ?? shown.length;
    row[column] = (row[column] as number) + count;
    labelled += count;
    if (predicted === truth) correct += count;
  }
  const { version, arm } = first;
  const classes = [...shown.map((name) => cutText(name, LONGEST_CLASS)), ...(size > shown.length ? [OTHERS] : [])];
  return { version, arm, classes, counts, labelled, accuracy: correct / labelled };
}

/** 2 before 10; else by the text, the same on every machine. */
function byNumber(a: string, b: string): number {
  const difference = Number(a) - Number(b);
  return difference || (a < b ? -1 : a > b ? 1 : 0);
}
