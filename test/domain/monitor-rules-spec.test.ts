import { describe, expect, test } from '@jest/globals';
import { monitorSpec } from '../../src/domain/spec/monitors/index.js';
import { placesOf } from './spec-places.js';

const MONITOR = {
  sluice: 'monitor/v1',
  name: 'slow',
  service: 'digits',
  every: '1m',
  kind: 'performance',
};
const places = (given: object) => placesOf(monitorSpec, { ...MONITOR, ...given });
const rule = (given: object) => places({ rules: [given] }).map((place) => place.replace('rules.0', ''));
const read = (given: object) => monitorSpec.parse({ ...MONITOR, ...given });

test('what is left out', () => {
  expect(read({})).toMatchObject({
    timeout: 60_000,
    keep: 7 * 86_400_000,
    rules: [
      { finding: 'critical', cause: 'version', action: 'rollback', for: 0, severity: 'critical' },
      { finding: 'critical', cause: 'environment', action: 'pause', for: 0, severity: 'critical' },
      { finding: 'warning', action: 'note', for: 0, severity: 'warning' },
    ],
  });
});

test('a monitor runs every 10s to 7d, for 1s to 1h', () => {
  const every = (text: string) => places({ every: text });
  expect([every('10s'), every('7d'), every('9999ms'), every('169h')]).toEqual([[], [], ['every'], ['every']]);
  const timeout = (text: string) => places({ timeout: text });
  expect([timeout('1s'), timeout('1h'), timeout('999ms'), timeout('61m')]).toEqual([[], [], ['timeout'], ['timeout']]);
});

test('a kind that is none is told those there are', () => {
  const { error } = monitorSpec.safeParse({ ...MONITOR, kind: 'weather' });
  expect(error?.issues.map(({ path, message }) => [path, message])).toEqual([
    [['kind'], 'expected model, features, performance, users, dependencies, resources, logs'],
  ]);
});

describe('a rule', () => {
  test('is of one of three things', () => {
    expect([
      rule({ metric: 'cpu', max: 1 }),
      rule({ finding: 'critical' }),
      rule({ unmeasured: true }),
      rule({}),
      rule({ metric: 'cpu', max: 1, finding: 'critical' }),
      rule({ metric: 'cpu', max: 1, unmeasured: true }),
      rule({ finding: 'warning', unmeasured: true }),
    ]).toEqual([[], [], [], [''], [''], [''], ['']]);
  });

  test('of a metric has a limit, and no other has one', () => {
    expect([rule({ metric: 'cpu' }), rule({ metric: 'cpu', min: 0 }), rule({ metric: 'cpu', max: 0 })]).toEqual([
      [''],
      [],
      [],
    ]);
    expect([rule({ finding: 'critical', min: 0 }), rule({ unmeasured: true, max: 0 })]).toEqual([[''], ['']]);
    expect([rule({ metric: 'cpu', min: 1, max: 1 }), rule({ metric: 'cpu', min: 2, max: 1 })]).toEqual([[], ['.min']]);
  });

  test('blames somebody only for what the monitor finds', () => {
    expect([
      rule({ finding: 'critical', cause: 'version' }),
      rule({ metric: 'cpu', max: 1, cause: 'version' }),
    ]).toEqual([[], ['.cause']]);
    expect(rule({ unmeasured: true, cause: 'environment' })).toEqual(['.cause']);
  });

  test('of not knowing is of the monitor as a whole, and never rolls back', () => {
    expect(rule({ unmeasured: true, subject: 'db' })).toEqual(['']);
    expect(rule({ unmeasured: true, version: 'v2' })).toEqual(['']);
    expect(rule({ metric: 'cpu', max: 1, subject: 'db', version: 'v2' })).toEqual([]);
    expect([rule({ unmeasured: true, action: 'rollback' }), rule({ unmeasured: true, action: 'pause' })]).toEqual([
      ['.action'],
      [],
    ]);
  });

  test('that rolls back is critical', () => {
    const of = (action: string, severity?: string) => rule({ metric: 'cpu', max: 1, action, severity });
    expect([of('rollback', 'warning'), of('rollback', 'critical'), of('rollback')]).toEqual([['.severity'], [], []]);
    expect([of('pause', 'warning'), of('note', 'critical')]).toEqual([[], []]);
  });

  test('is critical where it does more than note, unless it says', () => {
    const severities = [{}, { action: 'pause' }, { action: 'rollback' }, { action: 'pause', severity: 'warning' }].map(
      (given) => read({ rules: [{ metric: 'cpu', max: 1, ...given }] }).rules[0]?.severity,
    );
    expect(severities).toEqual(['warning', 'critical', 'critical', 'warning']);
    expect(read({ rules: [{ metric: 'cpu', max: 1, for: '5m', severity: 'critical' }] }).rules).toEqual([
      { metric: 'cpu', max: 1, for: 300_000, severity: 'critical', action: 'note' },
    ]);
  });
});
