import { randomUUID } from 'node:crypto';
import { CLASSES, type Classifier, FEATURES } from './classifiers.js';

export const MODEL_NAME = 'digits';
const MOST_ROWS = 1000;

/** A request that can't be answered; the message goes to the caller. */
export class BadRequest extends Error {}

export function metadata(version: string): unknown {
  return {
    name: MODEL_NAME,
    versions: [version],
    platform: 'mljs',
    inputs: [{ name: 'predict', datatype: 'FP32', shape: [-1, FEATURES] }],
    outputs: [
      { name: 'predict', datatype: 'INT64', shape: [-1, 1] },
      { name: 'predict_proba', datatype: 'FP64', shape: [-1, CLASSES] },
    ],
  };
}

/**
 * Answers an Open Inference v2 request.
 * @throws {BadRequest} naming the value and the limit
 */
export function infer(text: string, classify: Classifier, version: string): unknown {
  const { id, rows } = readRequest(text);
  const { labels, scores } = classify(rows);
  return {
    model_name: MODEL_NAME,
    model_version: version,
    id,
    outputs: [
      { name: 'predict', shape: [rows.length, 1], datatype: 'INT64', data: labels },
      { name: 'predict_proba', shape: [rows.length, CLASSES], datatype: 'FP64', data: scores.flat() },
    ],
  };
}

function readRequest(text: string): { id: string; rows: number[][] } {
  const request = parseObject(text);
  const [input] = Array.isArray(request['inputs']) ? (request['inputs'] as unknown[]) : [];
  if (typeof input !== 'object' || input === null) throw new BadRequest('inputs: expected a list with one tensor');
  const { shape, data } = input as { shape?: unknown; data?: unknown };
  const [rows, width] = Array.isArray(shape) ? (shape as unknown[]) : [];
  if (typeof rows !== 'number' || width !== FEATURES)
    throw new BadRequest(`shape ${JSON.stringify(shape)}: expected [n, ${FEATURES}]`);
  if (!(Number.isInteger(rows) && rows >= 1 && rows <= MOST_ROWS))
    throw new BadRequest(`${rows} rows: expected 1 to ${MOST_ROWS}`);
  const flat: unknown[] = Array.isArray(data) ? (data as unknown[]).flat() : [];
  if (flat.length !== rows * FEATURES)
    throw new BadRequest(`data has ${flat.length} values: expected ${rows * FEATURES}`);
  const bad = flat.findIndex((value) => typeof value !== 'number' || !Number.isFinite(value));
  if (bad >= 0) throw new BadRequest(`data[${bad}] is ${JSON.stringify(flat[bad])}: expected a finite number`);
  const numbers = flat as number[];
  return {
    id: typeof request['id'] === 'string' ? request['id'] : randomUUID(),
    rows: Array.from({ length: rows }, (_, row) => numbers.slice(row * FEATURES, (row + 1) * FEATURES)),
  };
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // The same answer as for JSON that is no object.
  }
  throw new BadRequest('the body is not a JSON object');
}
