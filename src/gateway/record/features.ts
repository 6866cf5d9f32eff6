import type { FeatureValue } from '../../domain/observation.js';
import type { JsonProtocol, Protocol } from '../../domain/protocol.js';
import { isObject, pointerParts, valueAt } from '../../protocols/json-pointer.js';
import { firstRow, tensorsOf } from '../../protocols/tensors.js';

const MOST_FEATURES = 500;
const LONGEST_NAME = 100;
const LONGEST_TEXT = 200;
type Named = readonly [name: string, value: unknown];

/**
 * What the first row of a request is made of, by name: `age`, or `predict.0`, `predict.1` where several values have one name. Of a chat the
 * length of what was asked, and of how many messages it is.
 * @returns null where it can't be read, or is more than may be kept
 */
export function featuresOf(protocol: Protocol, body: Buffer): Record<string, FeatureValue> | null {
  const features = namedIn(protocol, parsed(body));
  if (features.length === 0 || features.length > MOST_FEATURES) return null;
  // Names are the users' too: no parser of JSON that is on its guard takes `__proto__`.
  return Object.fromEntries(
    features.map(([name, value]) => [textOf(name), featureOf(value)]).filter(([name]) => name !== '__proto__'),
  );
}

function namedIn(protocol: Protocol, request: unknown): Named[] {
  switch (protocol.kind) {
    case 'open-inference':
      return tensorsOf(request, 'inputs')
        .filter(({ name }) => name.length <= LONGEST_NAME)
        .flatMap((input) => numbered(input.name, firstRow(input, 1)));
    case 'json':
      return ofJson(protocol, request);
    case 'chat':
      return ofChat(request);
  }
}

function ofJson({ batch, features: { pointer, names } }: JsonProtocol, request: unknown): Named[] {
  const parts = pointerParts(pointer);
  const row = batch === false ? request : valueAt(request, [...pointerParts(batch), '-']);
  const features = valueAt(row, parts);
  if (Array.isArray(features)) return numbered(parts.findLast((part) => part !== '-') ?? 'features', features);
  if (!isObject(features)) return [];
  return names === undefined ? Object.entries(features) : names.map((name) => [name, features[name]]);
}

function ofChat(request: unknown): Named[] {
  const messages = valueAt(request, ['messages']);
  if (!Array.isArray(messages)) return [];
  const texts = messages.map((message: unknown) => valueAt(message, ['content']));
  const characters = texts.reduce((sum: number, text) => sum + (typeof text === 'string' ? text.length : 0), 0);
  return [
    ['messages', messages.length],
    ['characters', characters],
  ];
}

function numbered(name: string, row: readonly unknown[]): Named[] {
  return row.slice(0, MOST_FEATURES + 1).map((value, index) => [row.length === 1 ? name : `${name}.${index}`, value]);
}

function featureOf(value: unknown): FeatureValue {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'string' ? textOf(value) : null;
}

/** What a database takes: without NUL, and without the half of a character that was cut in two. */
function textOf(text: string): string {
  return text.replaceAll('\0', '').slice(0, LONGEST_TEXT).toWellFormed();
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
