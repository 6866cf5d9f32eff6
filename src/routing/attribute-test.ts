// Not the whole package: a gateway is short of memory.
import Range from 'semver/classes/range.js';
import type { AttributeValue } from '../domain/condition.js';
import type { AttributeTest, Operators, Scalar } from '../domain/spec/condition.js';

type Single = string | number | boolean;
type Check = (value: Single) => boolean;
type OneOrMore<Item> = Item | readonly Item[];

/**
 * Compiles the test of one attribute.
 * @returns a function of the attribute's value, undefined where there is none; it never throws
 * @throws {RangeError} when a range of versions or a date can't be read, which the schema refuses before
 */
export function compileTest(test: AttributeTest): (value: AttributeValue | undefined) => boolean {
  const operators: Operators = typeof test === 'object' && !Array.isArray(test) ? test : { in: test };
  const { exists } = operators;
  const wanted = wantedChecks(operators);
  const refused = [operators.not, operators.notIn].flatMap((items) => (items === undefined ? [] : [oneOf(items)]));
  const needsValue = exists === true || wanted.length > 0;
  return (value) => {
    if (value === undefined) return !needsValue;
    if (exists === false) return false;
    // One element has to pass all that is wanted, and none may be among the refused.
    if (typeof value === 'object')
      return (
        (wanted.length === 0 || value.some((item) => wanted.every((holds) => holds(item)))) &&
        !value.some((item) => refused.some((isIt) => isIt(item)))
      );
    return wanted.every((holds) => holds(value)) && !refused.some((isIt) => isIt(value));
  };
}

/** All operators that ask for something; `not`, `notIn` and `exists` stand apart, as they may hold where nothing is. */
function wantedChecks(operators: Operators): Check[] {
  const { in: items, startsWith, endsWith, contains, lessThan, atMost, greaterThan, atLeast } = operators;
  const checks: Check[] = [];
  if (items !== undefined) checks.push(oneOf(items));
  if (startsWith !== undefined) checks.push(anyPart(startsWith, (text, part) => text.startsWith(part)));
  if (endsWith !== undefined) checks.push(anyPart(endsWith, (text, part) => text.endsWith(part)));
  if (contains !== undefined) checks.push(anyPart(contains, (text, part) => text.includes(part)));
  if (lessThan !== undefined) checks.push((value) => numberOf(value) < lessThan);
  if (atMost !== undefined) checks.push((value) => numberOf(value) <= atMost);
  if (greaterThan !== undefined) checks.push((value) => numberOf(value) > greaterThan);
  if (atLeast !== undefined) checks.push((value) => numberOf(value) >= atLeast);
  if (operators.before !== undefined) checks.push(earlierThan(limitOf(operators.before)));
  if (operators.after !== undefined) checks.push(laterThan(limitOf(operators.after)));
  if (operators.semver !== undefined) checks.push(inVersionRange(operators.semver));
  return checks;
}

/** A number or truth value also stands for its text: in a header there is nothing but text. */
function oneOf(items: OneOrMore<Scalar>): Check {
  const list = typeof items === 'object' ? items : [items];
  const set = new Set<Single>(list);
  for (const item of list) if (typeof item === 'boolean') set.add(String(item));
  const hasNumbers = list.some((item) => typeof item === 'number');
  return (value) => set.has(value) || (hasNumbers && typeof value === 'string' && set.has(numberOf(value)));
}

function anyPart(parts: OneOrMore<string>, holds: (text: string, part: string) => boolean): Check {
  const list = typeof parts === 'object' ? parts : [parts];
  return (value) => typeof value === 'string' && list.some((part) => holds(value, part));
}

const LONGEST_NUMBER = 64;

/** NaN, which no comparison holds for, where the value is no number and no text that is one in its whole. */
function numberOf(value: Single): number {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.length > LONGEST_NUMBER) return Number.NaN;
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(value)) return Number.NaN;
  const number = Number(value);
  return Number.isFinite(number) ? number : Number.NaN;
}

/** ISO 8601 with a zone, or a date alone, which begins at midnight UTC. */
const INSTANT = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/;

function instantOf(value: Single): number {
  return typeof value === 'string' && INSTANT.test(value) ? Date.parse(value) : Number.NaN;
}

function limitOf(text: string): number {
  const limit = instantOf(text);
  if (Number.isNaN(limit)) throw new RangeError(`"${text}" is not a date-time`);
  return limit;
}

function earlierThan(limit: number): Check {
  return (value) => instantOf(value) < limit;
}

function laterThan(limit: number): Check {
  return (value) => instantOf(value) > limit;
}

function inVersionRange(text: string): Check {
  const range = rangeOf(text);
  return (value) => typeof value === 'string' && range.test(value);
}

/** @throws {RangeError} */
function rangeOf(text: string): Range {
  try {
    return new Range(text);
  } catch (cause) {
    throw new RangeError(`"${text}" is not a range of versions`, { cause });
  }
}
