import type { z } from 'zod';

/**
 * What is wrong with a value, as whoever wrote it would say it: what is expected, and not what a validator calls it. Given to `safeParse`; a schema that has words of its own
 * is asked first. What is missing begins with `is missing`.
 */
export const plainWords: z.core.$ZodErrorMap = (issue) => {
  const expected = expectedBy(issue);
  if (expected === undefined) return undefined;
  return issue.input === undefined ? `is missing: expected ${expected}` : `expected ${expected}`;
};

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
  null: 'nothing',
};

function expectedBy(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[String(issue['expected'])] ?? String(issue['expected']);
    case 'invalid_value':
      return oneOf(issue['values'] as readonly unknown[]);
    case 'invalid_union':
      return Array.isArray(issue['options']) ? oneOf(issue['options']) : anyOf(issue['errors']);
    case 'too_big':
      return sizeOf(issue, issue['maximum'], issue['inclusive'] === false ? 'less than' : 'at most');
    case 'too_small':
      return sizeOf(issue, issue['minimum'], issue['inclusive'] === false ? 'more than' : 'at least');
    case 'not_multiple_of':
      return `a multiple of ${String(issue['divisor'])}`;
    default:
      return undefined;
  }
}

const COUNTED: Readonly<Record<string, string>> = { string: ' characters', array: ' entries', set: ' entries' };

function sizeOf({ origin, exact }: z.core.$ZodRawIssue, limit: unknown, least: string): string {
  return `${exact === true ? 'exactly' : least} ${String(limit)}${COUNTED[String(origin)] ?? ''}`;
}

/** What its branches expect, where it is the value itself that none of them takes. */
function anyOf(branches: unknown): string | undefined {
  const expected = (branches as readonly (readonly z.core.$ZodIssue[])[]).map(([issue]) =>
    issue?.path.length === 0 ? /^(?:is missing: )?expected (.*)$/.exec(issue.message)?.[1] : undefined,
  );
  if (expected.length === 0 || expected.includes(undefined)) return undefined;
  return oneOf([...new Set(expected.flatMap((one) => (one === TYPES['boolean'] ? ['true', 'false'] : [one])))]);
}

function oneOf(values: readonly unknown[]): string {
  const words = values.map(String);
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
}
