import { z } from 'zod';
import { during, minutesOf } from './time-window.js';

const MOST_WINDOWS = 50;
const MOST_DATES = 100;
const DATE = /^(?:(\d{4})-)?(\d{2})-(\d{2})$/;
/** Has a 29th of February, which a date without a year may be. */
const LEAP_YEAR = 2024;

/** Days from..to, both included, as MMDD (each year) or YYYYMMDD. From > to runs over the end of the year. */
export interface DateSpan {
  readonly isYearly: boolean;
  readonly from: number;
  readonly to: number;
}

const date = z
  .string()
  .refine(
    (text) => dateSpan(text) !== null,
    'expected a date such as 2026-11-27, each year 12-24, or a span such as 12-24..01-02',
  );
const monthDay = z
  .int()
  .min(-31)
  .max(31)
  .refine((day) => day !== 0, 'expected 1..31, or -1 for the last day of the month, -2 for the one before');
const reason = z.string().trim().min(1).max(500);
/** With a zone, since workers may run in different ones. */
const instant = z.iso.datetime({ offset: true, error: 'expected a date-time such as 2026-11-21T10:00:00Z' });

const recurring = {
  ...during.shape,
  dates: z
    .array(date)
    .min(1)
    .max(MOST_DATES)
    .optional()
    .describe('Local days: 2026-11-27, 12-24 (each year), 12-24..01-02 (both included).'),
  monthDays: z
    .array(monthDay)
    .min(1)
    .max(31)
    .optional()
    .describe('Days of the month: 1..31, or from its end: -1 is the last.'),
};

type Days = z.output<z.ZodObject<typeof recurring>>;

const isAnything = ({ from, to, days, dates, monthDays }: Days) =>
  [from, to, days, dates, monthDays].some((part) => part !== undefined);
const IS_NOTHING = 'expected from, to, days, dates or monthDays';
const lasts = (window: Days) => minutesOf(window).from !== minutesOf(window).to;
const IS_EMPTY = {
  path: ['to'],
  error: 'a window that ends where it begins is empty; for the whole day leave out from and to',
};

const allowWindow = z.strictObject(recurring).refine(isAnything, IS_NOTHING).refine(lasts, IS_EMPTY);
const freezeWindow = z
  .strictObject({ ...recurring, reason: reason.optional() })
  .refine(isAnything, IS_NOTHING)
  .refine(lasts, IS_EMPTY);
const freezeSpell = z
  .strictObject({ from: instant, until: instant, reason })
  .refine(({ from, until }) => Date.parse(from) < Date.parse(until), {
    path: ['until'],
    error: 'a freeze must end after it begins',
  });

/** When a rollout may move forward. Rollbacks may at any time. */
export const windows = z
  .strictObject({
    allow: z
      .array(allowWindow)
      .min(1)
      .max(MOST_WINDOWS)
      .optional()
      .describe('It moves forward only while one of these is open. Default: always.'),
    freeze: z
      .array(z.union([freezeWindow, freezeSpell]))
      .min(1)
      .max(MOST_WINDOWS)
      .optional()
      .describe('It does not move forward while any of these is open.'),
  })
  .refine(({ allow, freeze }) => allow !== undefined || freeze !== undefined, 'expected allow or freeze');

export type Windows = z.output<typeof windows>;
/** Hours of the local days that are in all of `days`, `dates` and `monthDays`. */
export type RecurringWindow = z.output<typeof freezeWindow>;
/** From inclusive, until exclusive. */
export type FreezeSpell = z.output<typeof freezeSpell>;

/** Reads `12-24`, `2026-11-27`, or two of a kind joined by `..`; null where the text is none of these. */
export function dateSpan(text: string): DateSpan | null {
  const [first = '', last = first, ...rest] = text.split('..');
  const [from, to] = [dayOf(first), dayOf(last)];
  if (rest.length > 0 || from === null || to === null || from.isYearly !== to.isYearly) return null;
  if (!from.isYearly && from.day > to.day) return null;
  return { isYearly: from.isYearly, from: from.day, to: to.day };
}

function dayOf(text: string): { isYearly: boolean; day: number } | null {
  const [, year, month, day] = DATE.exec(text) ?? [];
  if (month === undefined || day === undefined) return null;
  // What the calendar does not have, Date moves into the next month.
  const moved = new Date(Date.UTC(Number(year ?? LEAP_YEAR), Number(month) - 1, Number(day)));
  if (moved.getUTCMonth() + 1 !== Number(month)) return null;
  return { isYearly: year === undefined, day: Number(`${year ?? ''}${month}${day}`) };
}
