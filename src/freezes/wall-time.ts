import { zoneClock } from '../routing/zone-clock.js';

const MINUTE_MS = 60_000;
export const DAY_MS = 1440 * MINUTE_MS;
const WEEK_DAYS = 7;

/**
 * What the clock on the wall shows, as ms since 1970 of a place where that clock is UTC: so that days and minutes are
 * plain arithmetic.
 */
export function wallTime(zone: string, at: number): number {
  return at + offsetMs(zone, at);
}

/**
 * The first moment of a new offset from UTC, or null where both ends have the same one.
 * At most one change is taken to lie between them, as within a day.
 */
export function offsetChange(zone: string, after: number, upTo: number): number | null {
  const before = offsetMs(zone, after);
  if (offsetMs(zone, upTo) === before) return null;
  let [low, high] = [Math.floor(after / MINUTE_MS), Math.floor(upTo / MINUTE_MS)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMs(zone, middle * MINUTE_MS) === before) low = middle;
    else high = middle;
  }
  return high * MINUTE_MS;
}

/** A zone's clock tells weekday and minute; as no zone is a day away from UTC, that is enough to tell its offset. */
function offsetMs(zone: string, at: number): number {
  const local = zoneClock(zone)(at);
  if (local === null) throw new RangeError(`${at} is no date`);
  const utc = new Date(at);
  const days = (local.weekday - utc.getUTCDay() + WEEK_DAYS) % WEEK_DAYS;
  const utcMinute = utc.getUTCHours() * 60 + utc.getUTCMinutes();
  return ((days === WEEK_DAYS - 1 ? -1 : days) * 1440 + local.minute - utcMinute) * MINUTE_MS;
}
