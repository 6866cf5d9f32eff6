import type { Attributes } from '../domain/condition.js';
import type { Condition, When } from '../domain/spec/condition.js';
import { type During, minutesOf, WEEKDAYS } from '../domain/spec/time-window.js';
import { compileTest } from './attribute-test.js';
import { zoneClock } from './zone-clock.js';

/** Whether a condition holds. @param at ms since 1970 */
export type CompiledCondition = (attributes: Attributes, at: number) => boolean;

/**
 * Compiles a condition once, so that a request costs about a microsecond. An empty condition always holds.
 * @returns a function that reads nothing but its arguments and never throws
 * @throws {RangeError} when a zone, a date or a range of versions can't be read, which the schema refuses before
 */
export function compileCondition({ when, during }: Condition): CompiledCondition {
  const matches = when === undefined ? null : compileWhen(when);
  const isOpen = during === undefined ? null : compileWindow(during);
  return (attributes, at) => (matches === null || matches(attributes)) && (isOpen === null || isOpen(at));
}

function compileWhen(when: When): (attributes: Attributes) => boolean {
  const alternatives = (Array.isArray(when) ? when : [when]).map((record) =>
    Object.entries(record).map(([name, test]) => ({ name, holds: compileTest(test) })),
  );
  return (attributes) => alternatives.some((tests) => tests.every(({ name, holds }) => holds(attributes.get(name))));
}

/** What runs over midnight belongs to the day it began on, by the calendar on the wall. */
function compileWindow(window: During): (at: number) => boolean {
  const { from, to } = minutesOf(window);
  const clock = zoneClock(window.zone);
  const isDay = WEEKDAYS.map((day) => window.days === undefined || window.days.includes(day));
  return (at) => {
    const local = clock(at);
    if (local === null) return false;
    const { weekday, minute } = local;
    if (from < to) return minute >= from && minute < to && isDay[weekday] === true;
    return minute >= from ? isDay[weekday] === true : minute < to && isDay[(weekday + 6) % 7] === true;
  };
}
