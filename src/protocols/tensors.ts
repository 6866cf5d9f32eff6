import { isObject } from './json-pointer.js';

/** A tensor of the Open Inference Protocol as it came: nothing but its name and that it has data is certain. */
export interface Tensor {
  readonly name: string;
  readonly shape?: unknown;
  readonly datatype?: unknown;
  readonly data: readonly unknown[];
}

/** Names that scikit-learn's servers give to labels and to the scores of all classes. */
export const LABELS = 'predict';
const SCORES = 'predict_proba';

/** The tensors of a request or an answer; what is none is left out. */
export function tensorsOf(message: unknown, key: 'inputs' | 'outputs'): Tensor[] {
  const tensors: unknown = isObject(message) ? message[key] : undefined;
  return Array.isArray(tensors) ? tensors.filter(isTensor) : [];
}

export function isTensor(value: unknown): value is Tensor {
  return isObject(value) && typeof value['name'] === 'string' && Array.isArray(value['data']);
}

/** The output with the prediction itself: the one called so, else the first. */
export function labelOutput<Named extends { readonly name: string }>(outputs: readonly Named[]): Named | undefined {
  return outputs.find(({ name }) => name === LABELS) ?? outputs[0];
}

export function scoreOutput<Named extends { readonly name: string }>(outputs: readonly Named[]): Named | undefined {
  return outputs.find(({ name }) => name === SCORES);
}

/**
 * The values of the first row: data are flat, with their shape beside them, or nested.
 * @param columns how many a row has where neither tells
 */
export function firstRow({ shape, data }: Tensor, columns: number): readonly unknown[] {
  const [first] = data;
  if (Array.isArray(first)) return first;
  const width: unknown = Array.isArray(shape) && shape.length === 2 ? shape[1] : columns;
  return data.slice(0, Number.isInteger(width) ? (width as number) : columns);
}

/** The place of the highest of several scores; null where one of them is no number: a model that gives only scores means that class. */
export function highestOf(scores: readonly unknown[]): number | null {
  if (scores.length < 2 || !scores.every((score) => typeof score === 'number' && Number.isFinite(score))) return null;
  // By a loop: a million scores are too many arguments.
  return (scores as readonly number[]).reduce((best, score, at, all) => (score > (all[best] as number) ? at : best), 0);
}
