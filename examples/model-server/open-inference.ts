import { randomUUID } from 'node:crypto';
import { CLASSES, type Classifier, FEATURES } from './classifiers.js';

export const MODEL_NAME = 'digits';
const MOST_ROWS = 1000;
const INPUT = { name: 'predict', datatype: 'FP32', shape: [-1, FEATURES] } as const;
const OUTPUTS = [
  { name: 'predict', datatype: 'INT64', shape: [-1, 1] },
  { name: 'predict_proba', datatype: 'FP64', shape: [-1, CLASSES] },
] as const;
type Output = (typeof OUTPUTS)[number];

/** A request that can't be answered; the message goes to the caller. */
export class BadRequest extends Error {}

/** What `GET /v2/models/digits` says. */
export function metadata(version: string): unknown {
  return { name: MODEL_NAME, versions: [version], platform: 'mljs', inputs: [INPUT], outputs: OUTPUTS };
}

/**
 * Answers an Open Inference v2 request, with the outputs it asks for, in its order; all of them where it names none.
 * Source: https://kserve.github.io/website/latest/modelserving/data_plane/v2_protocol/
 * @param text the body: one input `predict`, FP32, [n, 64] with n in 1..1000, its data flat or row by row
 * @throws {BadRequest} naming the value and the limit
 */
export function infer(text: string, classify: Classifier, version: string): unknown {
  const request = parseObject(text);
  const id = readId(request['id']);
  const wanted = readWanted(request['outputs']);
  const rows = readRows(request['inputs']);
  const { labels, scores } = classify(rows);
  return {
    model_name: MODEL_NAME,
    model_version: version,
    id,
    outputs: wanted.map(({ name, datatype, shape: [, width] }) => ({
      name,
      shape: [rows.length, width],
      datatype,
      data: name === 'predict' ? labels : scores.flat(),
    })),
  };
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // NaN and Infinity end here: JSON has no such numbers.
    throw new BadRequest(`the body is not JSON: ${(error as Error).message}`, { cause: error });
  }
  if (!isObject(value)) throw new BadRequest(`the body is ${quote(value)}: expected a JSON object`);
  return value;
}

function readId(id: unknown): string {
  if (id === undefined) return randomUUID();
  if (typeof id !== 'string') throw new BadRequest(`id ${quote(id)}: expected text`);
  return id;
}

function readWanted(outputs: unknown): readonly Output[] {
  if (outputs === undefined) return OUTPUTS;
  if (!Array.isArray(outputs)) throw new BadRequest(`outputs ${quote(outputs)}: expected a list`);
  const wanted = (outputs as unknown[]).map((asked) => {
    const name = isObject(asked) ? asked['name'] : undefined;
    const known = OUTPUTS.find((output) => output.name === name);
    if (known === undefined)
      throw new BadRequest(`output ${quote(name)}: expected one of ${OUTPUTS.map((output) => output.name).join(', ')}`);
    return known;
  });
  return wanted.length === 0 ? OUTPUTS : wanted;
}

function readRows(inputs: unknown): number[][] {
  const given: unknown[] = Array.isArray(inputs) ? inputs : [];
  const [input] = given;
  if (given.length !== 1 || !isObject(input))
    throw new BadRequest(`inputs: expected a list with one tensor, got ${quote(inputs)}`);
  if (input['name'] !== INPUT.name) throw new BadRequest(`input ${quote(input['name'])}: expected ${INPUT.name}`);
  if (input['datatype'] !== INPUT.datatype)
    throw new BadRequest(`datatype ${quote(input['datatype'])}: expected ${INPUT.datatype}`);
  const flat = flatten(input['data'], readRowCount(input['shape']));
  const bad = flat.findIndex((value) => typeof value !== 'number' || !Number.isFinite(value));
  if (bad >= 0) throw new BadRequest(`data[${bad}] is ${quote(flat[bad])}: expected a finite number`);
  const numbers = flat as number[];
  const rows = numbers.length / FEATURES;
  return Array.from({ length: rows }, (_, row) => numbers.slice(row * FEATURES, (row + 1) * FEATURES));
}

function readRowCount(shape: unknown): number {
  const [rows, width, ...more]: unknown[] = Array.isArray(shape) ? shape : [];
  if (typeof rows !== 'number' || width !== FEATURES || more.length > 0)
    throw new BadRequest(`shape ${quote(shape)}: expected [n, ${FEATURES}]`);
  if (!(Number.isInteger(rows) && rows >= 1 && rows <= MOST_ROWS))
    throw new BadRequest(`${rows} rows: expected 1 to ${MOST_ROWS}`);
  return rows;
}

/** The protocol allows a tensor's data flat or nested; a ragged nesting of the right total must not pass as rows. */
function flatten(data: unknown, rows: number): unknown[] {
  if (!Array.isArray(data)) throw new BadRequest(`data ${quote(data)}: expected a list`);
  const items = data as unknown[];
  if (!items.some(Array.isArray)) {
    if (items.length === rows * FEATURES) return items;
    throw new BadRequest(`data has ${items.length} values: expected ${rows * FEATURES}`);
  }
  if (items.length !== rows) throw new BadRequest(`data has ${items.length} rows: expected ${rows}`);
  return items.flatMap((row, index) => {
    const width = Array.isArray(row) ? row.length : 0;
    if (width !== FEATURES) throw new BadRequest(`row ${index} of data has ${width} values: expected ${FEATURES}`);
    return row as unknown[];
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const LONGEST_QUOTE = 60;

/** A value as the caller wrote it, cut short. JSON would turn an infinite number (1e999) into null. */
function quote(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'missing');
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
}
