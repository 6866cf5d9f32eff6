import { z } from 'zod';
import { during } from './time-window.js';
import { isVersionRange } from './version-range.js';
import { withoutProto } from './without-proto.js';

const LONGEST_TEXT = 256;
const MOST_ITEMS = 1000;
const MOST_ATTRIBUTES = 50;
const MOST_ALTERNATIVES = 50;

const text = z.string().max(LONGEST_TEXT);
/** An empty part is in every text: it would match all. */
const part = text.min(1);
const scalar = z.union([text, z.number(), z.boolean()]);
const oneOrMore = <Item extends z.ZodType>(item: Item) => z.union([item, z.array(item).min(1).max(MOST_ITEMS)]);
/** With a zone, since replicas may run in different ones. */
const instant = z.iso.datetime({ offset: true, error: 'expected a date-time such as 2026-11-21T10:00:00Z' });

/** Several operators in one object must all hold. There are no regular expressions: a user's pattern could stop the gateway. */
const operators = z
  .strictObject({
    in: oneOrMore(scalar).optional(),
    notIn: oneOrMore(scalar).optional(),
    not: oneOrMore(scalar).optional(),
    startsWith: oneOrMore(part).optional(),
    endsWith: oneOrMore(part).optional(),
    contains: oneOrMore(part).optional(),
    lessThan: z.number().optional(),
    atMost: z.number().optional(),
    greaterThan: z.number().optional(),
    atLeast: z.number().optional(),
    before: instant.optional(),
    after: instant.optional(),
    semver: text
      .refine(isVersionRange, 'expected a range of versions such as ">=2.1.0 <3" or "^1.4 || 2.x"')
      .optional()
      .describe(
        'A range as npm writes it; versions before a release match only where the range names one of the same release.',
      ),
    exists: z.boolean().optional(),
  })
  .refine((test) => Object.keys(test).length > 0, 'expected at least one operator');

const test = z.union([scalar, z.array(scalar).min(1).max(MOST_ITEMS), operators]);

const attributeName = z
  .string()
  .regex(
    /^[A-Za-z][\w.-]{0,62}$/,
    'expected 1 to 63 letters, digits, dots, hyphens and underscores, the first a letter',
  );

const tests = withoutProto(
  'an attribute',
  z
    .record(attributeName, test)
    .refine((record) => Object.keys(record).length > 0, 'expected at least one attribute')
    .refine(
      (record) => Object.keys(record).length <= MOST_ATTRIBUTES,
      `expected at most ${MOST_ATTRIBUTES} attributes`,
    ),
);

/** Attributes and their tests, which must all hold; or a list of such records, any of which is enough. */
const when = z.union([tests, z.array(tests).min(1).max(MOST_ALTERNATIVES)]);

/** The fields of a condition, for schemas that spread them among their own. */
export const conditionShape = {
  when: when.optional().describe('Attributes and what they must be; a list of such records: any of them.'),
  during: during.optional().describe('Local hours and days.'),
};

export const condition = z.strictObject(conditionShape);

/** What must hold for a rule to apply; an empty one always holds. */
export type Condition = z.output<typeof condition>;
export type When = z.output<typeof when>;
/** The test of one attribute. */
export type AttributeTest = z.output<typeof test>;
export type Operators = z.output<typeof operators>;
export type Scalar = z.output<typeof scalar>;
