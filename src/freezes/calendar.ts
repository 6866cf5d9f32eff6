import { WEEKDAYS } from '../domain/spec/time-window.js';
import { type DateSpan, dateSpan, type RecurringWindow } from '../domain/spec/windows.js';

/**
 * Whether a window belongs to a local day: it must be in all of `days`, `dates` and `monthDays` that are given.
 * @returns a function of any wall time (ms) of the day
 */
export function dayTest({ days, dates, monthDays }: RecurringWindow): (wall: number) => boolean {
  const spans = dates?.map(dateSpan).filter((span) => span !== null);
  return (wall) => {
    const local = new Date(wall);
    if (days !== undefined && !days.some((day) => WEEKDAYS.indexOf(day) === local.getUTCDay())) return false;
    if (spans !== undefined && !spans.some((span) => isIn(span, local))) return false;
    return monthDays === undefined || isMonthDay(monthDays, local);
  };
}

function isIn({ isYearly, from, to }: DateSpan, local: Date): boolean {
  const inYear = (local.getUTCMonth() + 1) * 100 + local.getUTCDate();
  const day = isYearly ? inYear : local.getUTCFullYear() * 10_000 + inYear;
  return from <= to ? day >= from && day <= to : day >= from || day <= to;
}

function isMonthDay(monthDays: readonly number[], local: Date): boolean {
  const day = local.getUTCDate();
  const length = new Date(Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + 1, 0)).getUTCDate();
  return monthDays.some((wanted) => (wanted > 0 ? wanted : length + 1 + wanted) === day);
}
