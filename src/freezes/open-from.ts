import { DAY_MS } from '../domain/duration.js';
import type { RecurringWindow, Windows } from '../domain/spec/windows.js';
import { type Opening, recurringOpening, spellOpening } from './opening.js';

const HORIZON_MS = 366 * DAY_MS;
const MOST_NAMED = 3;

/** Why nothing moves forward. */
export interface HeldUntil {
  /** The first free moment, ms since 1970; null: not within 366 days. */
  readonly until: number | null;
  readonly reason: string;
}

/**
 * Whether windows keep a rollout from moving forward at a moment, and until when.
 * @param atMs since 1970
 * @returns null where it is free to move
 */
export function heldUntil({ allow = [], freeze = [] }: Windows, atMs: number): HeldUntil | null {
  const freezes = freeze.map((window) => ({
    reason: window.reason ?? `freeze window ${describeWindow(window)}`,
    opening: 'until' in window ? spellOpening(window) : recurringOpening(window),
  }));
  const allowed = allow.map(recurringOpening);
  const reasons = freezes.filter(({ opening }) => opening.isOpen(atMs)).map(({ reason }) => reason);
  if (allowed.length > 0 && !allowed.some((opening) => opening.isOpen(atMs))) reasons.push(outside(allow));
  if (reasons.length === 0) return null;
  return {
    until: firstFree(
      allowed,
      freezes.map(({ opening }) => opening),
      atMs,
    ),
    reason: list([...new Set(reasons)], '; '),
  };
}

/** Leaps from the end of what holds to the end of what holds then. Each window is walked through once. */
function firstFree(allowed: readonly Opening[], freezes: readonly Opening[], atMs: number): number | null {
  const horizon = atMs + HORIZON_MS;
  const opens = allowed.map((opening) => firstWhere(opening, true, horizon));
  const ends = freezes.map((opening) => firstWhere(opening, false, horizon));
  for (let at = atMs; at <= horizon; ) {
    const before = at;
    for (const end of ends) at = end(at);
    if (opens.length > 0) at = Math.min(...opens.map((open) => open(at)));
    if (at === before) return at;
  }
  return null;
}

/**
 * The first moment, not before a given one, at which a window is open (or closed); Infinity past the horizon.
 * Remembers what it found, as it is asked for later and later moments.
 */
function firstWhere({ isOpen, steadyUntil }: Opening, wanted: boolean, horizon: number): (at: number) => number {
  let found = Number.NEGATIVE_INFINITY;
  return (at) => {
    if (found >= at) return found;
    found = at;
    while (found <= horizon && isOpen(found) !== wanted) found = steadyUntil(found);
    if (found > horizon) found = Number.POSITIVE_INFINITY;
    return found;
  };
}

function outside(allow: readonly RecurringWindow[]): string {
  return `outside of the allowed windows (${list(allow.map(describeWindow), ' or ')})`;
}

/** Such as `mon, tue 08:00-18:00 Europe/Berlin`. */
function describeWindow(window: NonNullable<Windows['freeze']>[number]): string {
  if ('until' in window) return `${window.from} to ${window.until}`;
  const { from = '00:00', to = '24:00', days, dates, monthDays, zone } = window;
  const parts = [days, dates, monthDays && [`days ${monthDays.join(', ')} of the month`]]
    .filter((part) => part !== undefined)
    .map((part) => list(part, ', ', 7));
  const hours = window.from === undefined && window.to === undefined ? [] : [`${from}-${to}`];
  return [...parts, ...hours, zone].join(' ');
}

function list(parts: readonly string[], joint: string, most = MOST_NAMED): string {
  if (parts.length <= most) return parts.join(joint);
  return `${parts.slice(0, most).join(joint)} and ${parts.length - most} more`;
}
