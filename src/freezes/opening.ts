import { minutesOf } from '../domain/spec/time-window.js';
import type { FreezeSpell, RecurringWindow } from '../domain/spec/windows.js';
import { dayTest } from './calendar.js';
import { DAY_MS, offsetChange, wallTime } from './wall-time.js';

const MINUTE_MS = 60_000;
/** Further than anybody looks ahead. */
const MOST_DAYS = 370;

/** When a window is open, over ms since 1970. */
export interface Opening {
  readonly isOpen: (at: number) => boolean;
  /** A later moment, up to which nothing changes; Infinity where nothing does any more. */
  readonly steadyUntil: (at: number) => number;
}

export function spellOpening(spell: FreezeSpell): Opening {
  const [from, until] = [Date.parse(spell.from), Date.parse(spell.until)];
  return {
    isOpen: (at) => at >= from && at < until,
    steadyUntil: (at) => [from, until].find((end) => end > at) ?? Number.POSITIVE_INFINITY,
  };
}

/** By the clock on the wall, as segments are: an hour that it shows twice is open twice, one that it skips never. */
export function recurringOpening(window: RecurringWindow): Opening {
  const { zone } = window;
  const { from, to } = minutesOf(window);
  const isDay = dayTest(window);
  return {
    isOpen(at) {
      const wall = wallTime(zone, at);
      const minute = Math.floor((wall - midnightOf(wall)) / MINUTE_MS);
      if (from < to) return minute >= from && minute < to && isDay(wall);
      return minute >= from ? isDay(wall) : minute < to && isDay(wall - DAY_MS);
    },
    steadyUntil(at) {
      const wall = wallTime(zone, at);
      const idle = idleDays(isDay, wall);
      // One day less: a change of the clock may have moved the wall's midnight meanwhile.
      if (idle > 1) return at + (idle - 1) * DAY_MS;
      const midnight = midnightOf(wall);
      const next = Math.min(...[from, to, 1440].map((m) => midnight + m * MINUTE_MS).filter((end) => end > wall));
      const then = at + next - wall;
      return offsetChange(zone, at, then) ?? then;
    },
  };
}

/** How many whole days from tomorrow on have no window, where yesterday and today have none either; else 0. */
function idleDays(isDay: (wall: number) => boolean, wall: number): number {
  if (isDay(wall - DAY_MS) || isDay(wall)) return 0;
  for (let ahead = 1; ahead <= MOST_DAYS; ahead += 1) if (isDay(wall + ahead * DAY_MS)) return ahead - 1;
  return Number.POSITIVE_INFINITY;
}

function midnightOf(wall: number): number {
  return Math.floor(wall / DAY_MS) * DAY_MS;
}
