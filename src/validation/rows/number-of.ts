import type { Prediction } from '../../ports/model-server.js';

/** The predicted number; null where the prediction is none. */
export function numberOf({ value, label }: Prediction): number | null {
  return typeof value === 'number' ? value : decimalOf(label);
}

/** A text as a number; null where it is none. */
export function decimalOf(text: string | number | null): number | null {
  if (text === null || (typeof text === 'string' && text.trim() === '')) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}
