import type { Attributes, AttributeValue } from '../domain/condition.js';
import { LONGEST_UNIT } from '../domain/observation.js';

/** Who a flag is evaluated for. */
export interface EvaluationContext {
  /** OpenFeature's targeting key; null where there is none. */
  readonly unit: string | null;
  readonly attributes: Attributes;
}

const DEEPEST = 8;
const MOST_ATTRIBUTES = 500;

/** A context that can't be read. */
export class InvalidContext extends Error {
  override readonly name = 'InvalidContext';
}

/**
 * Reads OpenFeature's evaluation context: nested objects become names with dots (`user.plan`), dates become texts, a list
 * keeps its texts, numbers and truth values, and `targetingKey` is the unit, and an attribute as well. What is null or
 * undefined is not there.
 * @throws {InvalidContext} when it is no object, too deep or too large, or its targeting key is no text
 */
export function readContext(raw: unknown): EvaluationContext {
  if (raw === undefined || raw === null) return { unit: null, attributes: new Map() };
  if (typeof raw !== 'object' || Array.isArray(raw)) throw new InvalidContext('the context is not an object');
  const attributes = new Map<string, AttributeValue>();
  flatten(raw, '', 1, attributes);
  return { unit: unitOf(raw), attributes };
}

function unitOf(raw: object): string | null {
  const key: unknown = Object.hasOwn(raw, 'targetingKey')
    ? (raw as { targetingKey?: unknown }).targetingKey
    : undefined;
  if (key === undefined || key === null || key === '') return null;
  if (typeof key !== 'string') throw new InvalidContext(`the targetingKey is a ${typeof key}, not a text`);
  if (key.length > LONGEST_UNIT)
    throw new InvalidContext(`the targetingKey has ${key.length} characters; at most ${LONGEST_UNIT}`);
  return key;
}

function flatten(object: object, prefix: string, depth: number, into: Map<string, AttributeValue>): void {
  if (depth > DEEPEST) throw new InvalidContext(`the context is nested more than ${DEEPEST} deep`);
  for (const [key, value] of Object.entries(object) as [string, unknown][]) {
    const name = prefix + key;
    if (isScalar(value)) into.set(name, value);
    else if (value instanceof Date) into.set(name, Number.isNaN(value.getTime()) ? '' : value.toISOString());
    else if (Array.isArray(value)) into.set(name, value.filter(isScalar).map(String));
    else if (typeof value === 'object' && value !== null) flatten(value, `${name}.`, depth + 1, into);
    if (into.size > MOST_ATTRIBUTES)
      throw new InvalidContext(`the context has more than ${MOST_ATTRIBUTES} attributes`);
  }
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
