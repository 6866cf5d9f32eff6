import { z } from 'zod';

/** In the order of JavaScript's `getDay`. */
export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const MINUTES_A_DAY = 1440;

const clockTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day such as 08:30, in quotes');

/** By the data that Node carries; texts such as `+01:00` are offsets, and know nothing of daylight saving. */
const zone = z
  .string()
  .max(64)
  .refine(isZone, 'expected an IANA time zone such as Europe/Berlin or UTC')
  .describe('IANA time zone whose wall clock counts.');

/**
 * Local wall time: from inclusive, to exclusive. A window with from > to runs over midnight and belongs to the day it
 * began on. Without `from` it begins at 00:00, without `to` it ends with the day.
 */
export const during = z
  .strictObject({
    from: clockTime.optional(),
    to: clockTime.optional(),
    days: z.array(z.enum(WEEKDAYS)).min(1).max(7).optional(),
    zone,
  })
  .refine(
    ({ from, to, days }) => from !== undefined || to !== undefined || days !== undefined,
    'expected from, to or days',
  )
  .refine((window) => minutesOf(window).from !== minutesOf(window).to, {
    path: ['to'],
    error: 'a window that ends where it begins is empty; for the whole day leave out from and to',
  });

export type During = z.output<typeof during>;

/** @returns both ends as minutes since midnight, 0..1440 */
export function minutesOf({ from, to }: { from?: string | undefined; to?: string | undefined }): {
  from: number;
  to: number;
} {
  return { from: from === undefined ? 0 : minuteOf(from), to: to === undefined ? MINUTES_A_DAY : minuteOf(to) };
}

function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

function isZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
