import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type FreezeSpell, type RecurringWindow, type Windows, windows } from '../../src/domain/spec/windows.js';
import { heldUntil } from '../../src/freezes/open-from.js';
import { compileCondition } from '../../src/routing/condition.js';
import { yearOf } from './zones.js';

const DAY_MS = 86_400_000;
const START = Date.parse('2026-03-01T00:00:00Z');

function untilOf(written: unknown, at: string): string | null {
  const held = heldUntil(windows.parse(written), Date.parse(at));
  if (held === null) return 'free';
  return held.until === null ? null : new Date(held.until).toISOString().replace('.000Z', 'Z');
}
const allow = (window: object) => ({ allow: [{ zone: 'UTC', ...window }] });
const freeze = (window: object) => ({ freeze: [{ zone: 'UTC', ...window }] });
const berlin = { zone: 'Europe/Berlin' };
const newYork = { zone: 'America/New_York' };
const lordHowe = { zone: 'Australia/Lord_Howe' };

describe('when the next move is free', () => {
  test.each<[string, unknown, string, string | null]>([
    ['inside of an allowed window', allow({ from: '08:00', to: '18:00' }), '2026-11-23T17:59:59.999Z', 'free'],
    ['at its end', allow({ from: '08:00', to: '18:00' }), '2026-11-23T18:00:00Z', '2026-11-24T08:00:00Z'],
    ['before it', allow({ from: '08:00', to: '18:00' }), '2026-11-23T07:59:59.999Z', '2026-11-23T08:00:00Z'],
    ['over a weekend', allow({ from: '09:00', days: ['mon'] }), '2026-11-21T12:00:00Z', '2026-11-23T09:00:00Z'],
    [
      'over midnight, of the day it began on',
      freeze({ from: '22:00', to: '06:00', days: ['fri'] }),
      '2026-11-21T05:00:00Z',
      '2026-11-21T06:00:00Z',
    ],
    ['not of the next day', freeze({ from: '22:00', to: '06:00', days: ['fri'] }), '2026-11-20T05:00:00Z', 'free'],
    ['each year, over its end', freeze({ dates: ['12-24..01-02'] }), '2026-12-25T00:00:00Z', '2027-01-03T00:00:00Z'],
    ['in the new year', freeze({ dates: ['12-24..01-02'] }), '2027-01-02T23:59:00Z', '2027-01-03T00:00:00Z'],
    ['the day after', freeze({ dates: ['12-24..01-02'] }), '2027-01-03T00:00:00Z', 'free'],
    ['one day', freeze({ dates: ['2026-11-27'], ...newYork }), '2026-11-27T05:00:00Z', '2026-11-28T05:00:00Z'],
    ['not the year after', freeze({ dates: ['2026-11-27'], ...newYork }), '2027-11-27T12:00:00Z', 'free'],
    [
      'a span with years',
      freeze({ dates: ['2026-12-30..2027-01-01'] }),
      '2026-12-31T00:00:00Z',
      '2027-01-02T00:00:00Z',
    ],
    ['a leap day', allow({ dates: ['02-29'] }), '2027-03-01T00:00:00Z', '2028-02-29T00:00:00Z'],
    ['a leap day too far away', allow({ dates: ['02-29'] }), '2026-03-01T00:00:00Z', null],
    ['to a leap day that is none', freeze({ dates: ['02-27..02-29'] }), '2026-02-27T00:00:00Z', '2026-03-01T00:00:00Z'],
    ['the last of the month', allow({ monthDays: [-1] }), '2027-02-01T00:00:00Z', '2027-02-28T00:00:00Z'],
    ['the 31st', allow({ monthDays: [31] }), '2026-11-01T00:00:00Z', '2026-12-31T00:00:00Z'],
    ['the end of a month', freeze({ monthDays: [-2, -1, 1] }), '2026-11-29T00:00:00Z', '2026-12-02T00:00:00Z'],
    [
      'the first Monday',
      allow({ days: ['mon'], monthDays: [1, 2, 3, 4, 5, 6, 7] }),
      '2026-11-03T00:00:00Z',
      '2026-12-07T00:00:00Z',
    ],
    ['never', allow({ days: ['mon'], dates: ['2026-11-27'] }), '2026-11-20T00:00:00Z', null],
    ['a date that is past', allow({ dates: ['2026-11-27'] }), '2026-11-28T00:00:00Z', null],
    ['always frozen', { freeze: [{ dates: ['01-01..12-31'], zone: 'UTC' }] }, '2026-11-28T00:00:00Z', null],
    [
      'a spell with an offset',
      { freeze: [{ from: '2026-11-20T00:00:00+01:00', until: '2026-11-23T08:00:00+01:00', reason: 'move' }] },
      '2026-11-20T00:00:00Z',
      '2026-11-23T07:00:00Z',
    ],
    [
      'before a spell',
      { freeze: [{ from: '2026-11-20T00:00:00Z', until: '2026-11-23T08:00:00Z', reason: 'move' }] },
      '2026-11-19T23:59:59.999Z',
      'free',
    ],
    [
      'from one freeze into the next, to the next allowed window',
      {
        allow: [{ from: '09:00', to: '17:00', days: ['mon', 'tue', 'wed', 'thu', 'fri'], zone: 'UTC' }],
        freeze: [
          { dates: ['12-24..01-02'], zone: 'UTC' },
          { from: '2027-01-03T00:00:00Z', until: '2027-01-04T16:59:00Z', reason: 'audit' },
          { from: '16:00', days: ['mon'], zone: 'UTC' },
        ],
      },
      '2026-12-24T10:00:00Z',
      '2027-01-05T09:00:00Z',
    ],
    [
      'windows of two zones',
      {
        allow: [
          { from: '09:00', to: '10:00', ...berlin },
          { from: '09:00', to: '10:00', ...newYork },
        ],
      },
      '2026-11-20T09:30:00Z',
      '2026-11-20T14:00:00Z',
    ],
  ])('%s', (_, written, at, expected) => expect(untilOf(written, at)).toBe(expected));
});

describe('where the clock on the wall changes', () => {
  test.each<[string, unknown, string, string]>([
    [
      'Berlin, the night before spring',
      allow({ from: '08:00', ...berlin }),
      '2026-03-28T23:00:00Z',
      '2026-03-29T06:00:00Z',
    ],
    [
      'an hour that is skipped',
      allow({ from: '02:15', to: '02:45', ...berlin }),
      '2026-03-28T12:00:00Z',
      '2026-03-30T00:15:00Z',
    ],
    [
      'an end in the hour that is skipped',
      freeze({ from: '22:00', to: '02:30', ...berlin }),
      '2026-03-29T00:59:00Z',
      '2026-03-29T01:00:00Z',
    ],
    [
      'a beginning in it',
      allow({ from: '02:30', to: '05:00', ...berlin }),
      '2026-03-29T00:30:00Z',
      '2026-03-29T01:00:00Z',
    ],
    [
      'Berlin, the night before winter',
      allow({ from: '08:00', ...berlin }),
      '2026-10-24T22:00:00Z',
      '2026-10-25T07:00:00Z',
    ],
    [
      'the first 02:30 of two',
      allow({ from: '02:30', to: '02:45', ...berlin }),
      '2026-10-25T00:00:00Z',
      '2026-10-25T00:30:00Z',
    ],
    ['the second', allow({ from: '02:30', to: '02:45', ...berlin }), '2026-10-25T00:45:00Z', '2026-10-25T01:30:00Z'],
    [
      'New York, spring',
      allow({ from: '03:00', to: '04:00', ...newYork }),
      '2026-03-08T06:59:00Z',
      '2026-03-08T07:00:00Z',
    ],
    [
      'New York, winter',
      allow({ from: '01:30', to: '01:40', ...newYork }),
      '2026-11-01T05:40:00Z',
      '2026-11-01T06:30:00Z',
    ],
    [
      'Lord Howe goes half an hour ahead',
      allow({ from: '02:30', to: '03:00', ...lordHowe }),
      '2026-10-03T15:29:00Z',
      '2026-10-03T15:30:00Z',
    ],
    [
      'Lord Howe goes half an hour back',
      allow({ from: '01:30', to: '01:40', ...lordHowe }),
      '2026-04-04T14:40:00Z',
      '2026-04-04T15:00:00Z',
    ],
    ['Kolkata', allow({ from: '09:00', zone: 'Asia/Kolkata' }), '2026-06-01T00:00:00Z', '2026-06-01T03:30:00Z'],
    ['Kathmandu', allow({ from: '09:00', zone: 'Asia/Kathmandu' }), '2026-06-01T00:00:00Z', '2026-06-01T03:15:00Z'],
    [
      'a midnight that Cairo skips',
      allow({ days: ['fri'], zone: 'Africa/Cairo' }),
      '2026-04-23T20:00:00Z',
      '2026-04-23T22:00:00Z',
    ],
    [
      'after months over both changes',
      allow({ dates: ['11-02'], ...newYork }),
      '2026-02-01T00:00:00Z',
      '2026-11-02T05:00:00Z',
    ],
  ])('%s', (_, written, at, expected) => expect(untilOf(written, at)).toBe(expected));
});

describe('why', () => {
  test.each<[unknown, string]>([
    [allow({ from: '08:00', days: ['mon', 'tue'] }), 'outside of the allowed windows (mon, tue 08:00-24:00 UTC)'],
    [freeze({ dates: ['12-24..01-02'] }), 'freeze window 12-24..01-02 UTC'],
    [freeze({ dates: ['12-24..01-02'], reason: 'Christmas' }), 'Christmas'],
    [freeze({ monthDays: [25, -1] }), 'freeze window days 25, -1 of the month UTC'],
    [
      {
        allow: [{ from: '03:00', to: '04:00', zone: 'UTC' }],
        freeze: [{ from: '2026-12-20T00:00:00Z', until: '2026-12-26T00:00:00Z', reason: 'audit' }],
      },
      'audit; outside of the allowed windows (03:00-04:00 UTC)',
    ],
    [
      { allow: [1, 2, 3, 4].map((n) => ({ from: `0${n}:00`, to: `0${n}:30`, zone: 'UTC' })) },
      'outside of the allowed windows (01:00-01:30 UTC or 02:00-02:30 UTC or 03:00-03:30 UTC and 1 more)',
    ],
  ])('%j', (written, reason) => {
    expect(heldUntil(windows.parse(written), Date.parse('2026-12-25T12:00:00Z'))?.reason).toBe(reason);
  });
});

const ZONES = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Africa/Cairo', 'UTC'];
const two = (n: number) => String(n).padStart(2, '0');
const clock = fc.integer({ min: 0, max: 1439 }).map((m) => `${two(Math.floor(m / 60))}:${two(m % 60)}`);
/** About the changes of the clock, where mistakes are. */
const nightClock = fc.integer({ min: 0, max: 16 }).map((q) => `${two(Math.floor(q / 4))}:${two((q % 4) * 15)}`);
const day = fc.integer({ min: 0, max: 365 }).map((n) => new Date(START + n * DAY_MS).toISOString().slice(0, 10));
const dates = fc.oneof(
  day,
  day.map((text) => text.slice(5)),
  fc.tuple(day, day).map(([a, b]) => `${a.slice(5)}..${b.slice(5)}`),
  fc.tuple(day, day).map((both) => both.sort().join('..')),
);
const recurring = fc
  .record(
    {
      from: fc.oneof(clock, nightClock),
      to: fc.oneof(clock, nightClock),
      days: fc.uniqueArray(fc.constantFrom('sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'), { minLength: 1 }),
      dates: fc.array(dates, { minLength: 1, maxLength: 3 }),
      monthDays: fc.uniqueArray(
        fc.integer({ min: -31, max: 31 }).filter((n) => n !== 0),
        { minLength: 1, maxLength: 20 },
      ),
      zone: fc.constantFrom(...ZONES),
    },
    { requiredKeys: ['zone'] },
  )
  .filter((window) => windows.safeParse({ allow: [window] }).success);
const instant = fc.integer({ min: 0, max: 366 * 1440 }).map((m) => new Date(START + m * 60_000).toISOString());
const spell = fc
  .tuple(instant, instant)
  .filter(([a, b]) => a !== b)
  .map((both) => both.sort())
  .map(([from, until]) => ({ from, until, reason: 'x' }));
const anyWindows = fc
  .record(
    {
      allow: fc.array(recurring, { minLength: 1, maxLength: 3 }),
      freeze: fc.array(fc.oneof(recurring, spell), { minLength: 1, maxLength: 3 }),
    },
    { requiredKeys: [] },
  )
  .filter((given) => given.allow !== undefined || given.freeze !== undefined)
  .map((given) => windows.parse(given));

/** Whether a window is open at a minute, from first principles: by reading the wall at that minute. */
function compile(window: RecurringWindow | FreezeSpell): (i: number) => boolean {
  if ('until' in window) {
    const [from, until] = [window.from, window.until].map((text) => (Date.parse(text) - START) / 60_000);
    return (i) => i >= from! && i < until!;
  }
  const { day, minute } = yearOf(window.zone, START);
  const minuteOf = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  const [from, to] = [minuteOf(window.from ?? '00:00'), minuteOf(window.to ?? '24:00')];
  const first = day[0]! - 1;
  const isIn = Array.from({ length: 370 }, (_, n) => isDay(window, first + n));
  return (i) => {
    const [today, now] = [day[i]! - first, minute[i]!];
    if (from < to) return now >= from && now < to && isIn[today]!;
    return now >= from ? isIn[today]! : now < to && isIn[today - 1]!;
  };
}

const isoDay = (days: number) => new Date(days * DAY_MS).toISOString().slice(0, 10);
function isDay({ days, dates, monthDays }: RecurringWindow, today: number): boolean {
  const iso = isoDay(today);
  const weekday = (['thu', 'fri', 'sat', 'sun', 'mon', 'tue', 'wed'] as const)[((today % 7) + 7) % 7]!;
  const fromEnd = () => {
    for (let n = 0; ; n += 1) if (isoDay(today + n + 1).slice(0, 7) !== iso.slice(0, 7)) return -1 - n;
  };
  const inDates = (text: string) => {
    const [from = '', to = from] = text.split('..');
    const own = from.length === 5 ? iso.slice(5) : iso;
    return from <= to ? own >= from && own <= to : own >= from || own <= to;
  };
  if (days && !days.includes(weekday)) return false;
  if (dates && !dates.some(inDates)) return false;
  return !monthDays || monthDays.includes(Number(iso.slice(8))) || monthDays.includes(fromEnd());
}

function freeAt({ allow, freeze = [] }: Windows): (i: number) => boolean {
  const [allowed, freezes] = [allow?.map(compile), freeze.map(compile)];
  return (i) => !freezes.some((isOpen) => isOpen(i)) && (!allowed || allowed.some((isOpen) => isOpen(i)));
}

/** Stops at the first free minute, or at the end of a year. */
function scan(given: Windows, from: number): number | null {
  const isFree = freeAt(given);
  for (let i = from; i <= from + 366 * 1440; i += 1) if (isFree(i)) return START + i * 60_000;
  return null;
}

test('finds what a scan of every minute of the year finds', () => {
  fc.assert(
    fc.property(anyWindows, fc.integer({ min: 0, max: 1440 }), (given, minute) => {
      const held = heldUntil(given, START + minute * 60_000);
      const expected = scan(given, minute);
      if (held === null) expect(expected).toBe(START + minute * 60_000);
      else expect(held.until).toBe(expected);
    }),
    { numRuns: 150 },
  );
});

test('is free from where it says, and not a minute before, on any day of the year', () => {
  fc.assert(
    fc.property(anyWindows, fc.integer({ min: 0, max: 366 * 1440 }), (given, minute) => {
      const held = heldUntil(given, START + minute * 60_000);
      const isFree = freeAt(given);
      expect(held === null).toBe(isFree(minute));
      if (held?.until == null || held.until > START + 366 * DAY_MS) return;
      const until = (held.until - START) / 60_000;
      expect(isFree(until)).toBe(true);
      for (let i = minute; i < until; i += 1) if (isFree(i)) throw new Error(`free at minute ${i} already`);
    }),
    { numRuns: 300 },
  );
});

test('a window without dates is open when a segment with the same hours is', () => {
  const plain = recurring.filter(
    ({ dates, monthDays, from, to, days }) => !dates && !monthDays && Boolean(from ?? to ?? days),
  );
  fc.assert(
    fc.property(plain, fc.integer({ min: 0, max: 366 * 1440 }), (window, minute) => {
      const at = START + minute * 60_000 + 59_999;
      const segment = compileCondition({ during: windows.parse({ allow: [window] }).allow![0]! });
      expect(heldUntil(windows.parse({ allow: [window] }), at) === null).toBe(segment(new Map(), at));
    }),
    { numRuns: 500 },
  );
});

test('fifty windows that never open are searched in a blink', () => {
  const given = windows.parse({
    allow: Array.from({ length: 50 }, (_, n) => ({ from: '03:00', to: '03:01', zone: ZONES[n % ZONES.length] })),
    freeze: ZONES.map((zone) => ({ from: '02:00', to: '05:00', zone })).concat(
      ZONES.map((zone) => ({ from: '20:00', to: '02:00', zone })),
      ZONES.map((zone) => ({ from: '05:00', to: '20:00', zone })),
    ),
  });
  const begun = performance.now();
  expect(heldUntil(given, START)?.until).toBeNull();
  expect(performance.now() - begun).toBeLessThan(3000);
});
