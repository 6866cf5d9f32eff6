import { describe, expect, test } from '@jest/globals';
import { during, minutesOf } from '../../src/domain/spec/time-window.js';
import { dateSpan, windows } from '../../src/domain/spec/windows.js';
import { placesOf } from './spec-places.js';

describe('hours of a day', () => {
  test('are minutes since midnight, and all of the day where nothing is said', () => {
    expect(minutesOf({})).toEqual({ from: 0, to: 1440 });
    expect(minutesOf({ from: '08:30' })).toEqual({ from: 510, to: 1440 });
    expect(minutesOf({ from: '22:00', to: '06:05' })).toEqual({ from: 1320, to: 365 });
    expect(minutesOf({ from: '00:00', to: '00:00' })).toEqual({ from: 0, to: 0 });
    expect(minutesOf({ to: '23:59' })).toEqual({ from: 0, to: 1439 });
  });

  test.each<[string, object, string[]]>([
    ['a beginning', { from: '08:00' }, []],
    ['an end', { to: '08:00' }, []],
    ['days', { days: ['mon'] }, []],
    ['all of the day, written out', { from: '00:00' }, []],
    ['nothing', {}, ['']],
    ['an end where it begins', { from: '08:00', to: '08:00' }, ['to']],
    ['an end where the day begins', { to: '00:00' }, ['to']],
    ['the same with days', { from: '08:00', to: '08:00', days: ['mon'] }, ['to']],
    ['over midnight', { from: '08:00', to: '07:59' }, []],
  ])('%s', (_, given, refused) => {
    expect(placesOf(during, { ...given, zone: 'UTC' })).toEqual(refused);
  });

  test.each(['UTC', 'Europe/Berlin', 'Asia/Kolkata'])('count in the zone %s', (zone) => {
    expect(placesOf(during, { from: '08:00', zone })).toEqual([]);
  });

  test.each(['', '+01:00', '-05:00', '+0100', 'Mars/Olympus', ' UTC'])('and in none called %j', (zone) => {
    expect(placesOf(during, { from: '08:00', zone })).toEqual(['zone']);
  });
});

describe('windows', () => {
  const allow = (given: object) => placesOf(windows, { allow: [{ ...given, zone: 'UTC' }] });
  const freeze = (given: object) => placesOf(windows, { freeze: [given] });

  test('are of hours, days, dates or days of the month', () => {
    for (const part of [
      { from: '08:00' },
      { to: '08:00' },
      { days: ['sun'] },
      { dates: ['12-24'] },
      { monthDays: [-1] },
    ]) {
      expect([allow(part), freeze({ ...part, zone: 'UTC' })]).toEqual([[], []]);
    }
    expect([allow({}), freeze({ zone: 'UTC', reason: 'x' })]).toEqual([['allow.0'], ['freeze.0']]);
    expect(allow({ from: '08:00', to: '08:00', dates: ['12-24'] })).toEqual(['allow.0.to']);
  });

  test('have days of the month from 1, and from its end', () => {
    for (const day of [1, 31, -1, -31]) expect(allow({ monthDays: [day] })).toEqual([]);
    for (const day of [0, 32, -32, 1.5]) expect(allow({ monthDays: [1, day] })).toEqual(['allow.0.monthDays.1']);
  });

  test('are one at least', () => {
    expect(placesOf(windows, {})).toEqual(['']);
    expect(placesOf(windows, { allow: [{ days: ['mon'], zone: 'UTC' }] })).toEqual([]);
  });

  test('of one freeze end after they begin, whatever their zones', () => {
    const spell = (from: string, until: string) => freeze({ from, until, reason: 'audit' });
    expect(spell('2026-12-01T00:00:00Z', '2026-12-01T00:00:01Z')).toEqual([]);
    expect(spell('2026-12-01T00:00:00Z', '2026-12-01T00:00:00Z')).toEqual(['freeze.0.until']);
    expect(spell('2026-12-01T00:00:00Z', '2026-12-01T00:30:00+01:00')).toEqual(['freeze.0.until']);
    expect(spell('2026-12-01T00:00:00+01:00', '2026-11-30T23:30:00Z')).toEqual([]);
  });
});

test('a date that is none is refused where it stands', () => {
  const allow = [{ dates: ['12-24', '04-31'], zone: 'UTC' }];
  expect(placesOf(windows, { allow })).toEqual(['allow.0.dates.1']);
});

describe('dates', () => {
  test.each([
    ['2026-12-31', { isYearly: false, from: 20_261_231, to: 20_261_231 }],
    ['01-31', { isYearly: true, from: 131, to: 131 }],
    ['04-30..05-01', { isYearly: true, from: 430, to: 501 }],
    ['2026-11-27..2026-11-27', { isYearly: false, from: 20_261_127, to: 20_261_127 }],
  ])('%s', (text, span) => {
    expect(dateSpan(text)).toEqual(span);
  });

  test.each([
    '12-24..2026-12-25',
    '2026-12-24..12-25',
    '2026-12-25..2026-12-24',
    '04-31',
    '2026-02-29',
    '2026-12-00',
    '2026-13-01',
    '00-10',
    '12-99',
    '12-24..12-25..12-26',
    '12-32',
    'x12-24',
    '12-24x',
    '26-12-24',
    '1-2',
    '12-24..x',
    'x..12-24',
  ])('%s is none', (text) => {
    expect(dateSpan(text)).toBeNull();
  });
});
