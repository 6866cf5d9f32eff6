import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { dateSpan, windows } from '../../src/domain/spec/windows.js';
import { readDocument } from '../../src/yaml/read-document.js';

const read = (text: string) => readDocument(text, z.strictObject({ windows }), 'spec.yaml');

test('as a team writes it', () => {
  const { windows: given } = read(`
windows:
  allow:
    - { from: 09:00, to: 17:00, days: [mon, tue, wed, thu], zone: Europe/Berlin }
  freeze:
    - { dates: [12-24..01-02, 2026-11-27], zone: America/New_York, reason: holidays }
    - { monthDays: [-1, 1], zone: UTC }
    - { from: 2026-12-01T00:00:00Z, until: 2026-12-03T00:00:00+01:00, reason: audit }
`);
  expect(given.allow).toHaveLength(1);
  expect(given.freeze).toHaveLength(3);
});

describe('refuses, at its place', () => {
  test.each([
    ['nothing', '{}', /windows: expected allow or freeze/],
    ['an empty list', '{ allow: [] }', /windows\.allow/],
    ['a window of nothing', '{ allow: [{ zone: UTC }] }', /allow\.0: expected from, to, days, dates or monthDays/],
    ['an empty window', '{ freeze: [{ from: 08:00, to: 08:00, zone: UTC }] }', /freeze\.0\.to: a window that ends/],
    ['no zone', '{ freeze: [{ dates: [12-24] }] }', /freeze\.0\.zone/],
    ['no such zone', '{ allow: [{ dates: [12-24], zone: Mars/Olympus }] }', /allow\.0\.zone: expected an IANA/],
    ['a day that is none', '{ allow: [{ dates: [02-30], zone: UTC }] }', /allow\.0\.dates\.0: expected a date such as/],
    ['a leap day in another year', '{ allow: [{ dates: [2027-02-29], zone: UTC }] }', /dates\.0: expected a date/],
    ['a span backwards', '{ allow: [{ dates: [2027-02-02..2027-02-01], zone: UTC }] }', /dates\.0: expected a date/],
    ['half a year', '{ allow: [{ dates: [2027-02-02..03-01], zone: UTC }] }', /dates\.0: expected a date/],
    ['the day 0', '{ allow: [{ monthDays: [0], zone: UTC }] }', /monthDays\.0: expected 1\.\.31/],
    ['a reason to allow', '{ allow: [{ days: [mon], zone: UTC, reason: x }] }', /allow\.0: unknown key reason/],
    [
      'a freeze that ends before it begins',
      '{ freeze: [{ from: 2026-12-02T00:00:00Z, until: 2026-12-01T00:00:00Z, reason: x }] }',
      /freeze\.0\.until: a freeze must end after it begins/,
    ],
    [
      'a freeze in local time',
      '{ freeze: [{ from: 2026-12-02T00:00:00, until: 2026-12-03T00:00:00, reason: x }] }',
      /expected a date-time such as/,
    ],
    [
      'a freeze without a reason',
      '{ freeze: [{ from: 2026-12-02T00:00:00Z, until: 2026-12-03T00:00:00Z }] }',
      /freeze\.0/,
    ],
  ])('%s', (_, text, message) => {
    expect(() => read(`windows: ${text}`)).toThrow(message);
  });
});

test.each([
  ['12-24', { isYearly: true, from: 1224, to: 1224 }],
  ['12-24..01-02', { isYearly: true, from: 1224, to: 102 }],
  ['02-29', { isYearly: true, from: 229, to: 229 }],
  ['2028-02-29', { isYearly: false, from: 20_280_229, to: 20_280_229 }],
  ['2026-12-30..2027-01-02', { isYearly: false, from: 20_261_230, to: 20_270_102 }],
  ['13-01', null],
  ['00-01', null],
  ['12-00', null],
  ['12-24..', null],
  ['..12-24', null],
  ['12-24..12-25..12-26', null],
  ['12-24...12-25', null],
  ['', null],
])('dates: %s', (text, span) => expect(dateSpan(text)).toEqual(span));

test('there is a JSON Schema of it, for editors', () => {
  expect(JSON.stringify(z.toJSONSchema(windows, { io: 'input' }))).toContain('monthDays');
});
