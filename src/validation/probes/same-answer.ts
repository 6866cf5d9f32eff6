import { cutText } from '../../domain/cut-text.js';
import { DEFAULT_TOLERANCE } from '../../domain/spec/validation/check-fields.js';
import type { Prediction } from '../../ports/model-server.js';
import type { AnsweredRow } from '../answered-row.js';

/** The same class, or numbers within the tolerance. */
export function samePrediction(a: Prediction, b: Prediction, tolerance = DEFAULT_TOLERANCE): boolean {
  const [one, other] = [a.value ?? null, b.value ?? null];
  return one !== null && other !== null ? Math.abs(one - other) <= tolerance : a.label === b.label;
}

/** The same prediction with the same scores. */
export function sameAnswer(a: Prediction, b: Prediction, tolerance = DEFAULT_TOLERANCE): boolean {
  if (!samePrediction(a, b, tolerance)) return false;
  if (a.scores === null || b.scores === null) return a.scores === b.scores;
  const others = b.scores;
  return (
    a.scores.length === others.length &&
    a.scores.every((score, at) => Math.abs(score - (others[at] ?? Number.NaN)) <= tolerance)
  );
}

/** For examples in reports: the label, and the best score where there are several. */
export function shortAnswer({ label, scores }: Prediction): string {
  const best =
    scores !== null && scores.length > 1
      ? ` (${scores.reduce((best, score) => Math.max(best, score)).toPrecision(6)})`
      : '';
  return `${cutText(label, 60)}${best}`;
}

/** The classes in the order of their scores as scikit-learn has it: sorted, by number where all are numbers. Of what the sample shows. */
export function classOrder(sample: readonly AnsweredRow[]): string[] {
  const labels = new Set<string>();
  for (const { label, candidate, baseline } of sample)
    for (const one of [label, candidate.label, baseline?.label ?? null]) if (one !== null) labels.add(one);
  const all = [...labels];
  const areNumbers = all.every((label) => label.trim() !== '' && Number.isFinite(Number(label)));
  return areNumbers
    ? all.toSorted((a, b) => Number(a) - Number(b))
    : all.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Why an answer is of another kind than those to the sample; null where it is not. */
export type StrangeAnswer = (prediction: Prediction) => string | null;

/** What answers to unusual rows are held to: nothing of their truth, only that they are answers such as the model gives. */
export function strangeAnswer(sample: readonly AnsweredRow[], arm: 'candidate' | 'baseline'): StrangeAnswer {
  const known = sample.map((row) => row[arm]).filter((prediction) => prediction !== null);
  const [first] = known;
  if (first === undefined) return () => null;
  const width = first.scores?.length ?? null;
  const isNumber = known.every(({ value }) => typeof value === 'number');
  const classes = new Set(classOrder(sample));
  // Only then is it certain that the sample shows all of them.
  const isComplete = width !== null && width > 1 && classes.size === width;
  return ({ label, scores, value }) => {
    if ((scores?.length ?? null) !== width) return `${scores?.length ?? 'no'} scores instead of ${width ?? 'none'}`;
    if (isNumber && typeof value !== 'number') return `${label} instead of a number`;
    return isComplete && !classes.has(label) ? `the class ${label}, which there is not` : null;
  };
}
