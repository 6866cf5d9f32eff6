import { expect, test } from '@jest/globals';
import { alertAction, alertFrom } from '../../src/domain/alert.js';
import { rollback } from '../../src/domain/spec/rollback.js';

const alert = (labels: Record<string, string>) => ({ id: 'a', status: 'firing' as const, labels, summary: '' });

test('a critical alert rolls back where nothing else is said; others are noted', () => {
  const { alerts } = rollback.parse({});
  expect(alertAction(alerts, alert({ severity: 'critical' }))).toBe('rollback');
  expect(alertAction(alerts, alert({ severity: 'warning' }))).toBe('note');
  expect(alertAction(alerts, alert({}))).toBe('note');
});

test('the first rule that fits counts', () => {
  const { alerts } = rollback.parse({
    alerts: [
      { match: { alertname: 'Flaky' }, action: 'note' },
      { match: { severity: ['critical', 'page'] }, action: 'rollback' },
      { match: {}, action: 'pause' },
    ],
  });
  expect(alertAction(alerts, alert({ alertname: 'Flaky', severity: 'critical' }))).toBe('note');
  expect(alertAction(alerts, alert({ severity: 'page' }))).toBe('rollback');
  expect(alertAction(alerts, alert({ severity: 'info' }))).toBe('pause');
});

test('a label called __proto__ is refused, as a rule without it would fit every alert', () => {
  const given = JSON.parse('{ "alerts": [{ "match": { "__proto__": "x" }, "action": "rollback" }] }');
  expect(rollback.safeParse(given).error?.issues).toEqual([
    expect.objectContaining({ path: ['alerts', 0, 'match'], message: 'a label can not be called __proto__' }),
  ]);
});

test('a rule asks for all of its labels, by their whole text', () => {
  const { alerts } = rollback.parse({
    alerts: [{ match: { alertname: 'Slow', team: ['ml', 'ops'] }, action: 'pause' }],
  });
  expect(alertAction(alerts, alert({ alertname: 'Slow', team: 'ops' }))).toBe('pause');
  expect(alertAction(alerts, alert({ alertname: 'Slow', team: 'web' }))).toBe('note');
  expect(alertAction(alerts, alert({ alertname: 'Slowest', team: 'ml' }))).toBe('note');
  expect(alertAction(alerts, alert({ alertname: 'low', team: 'ml' }))).toBe('note');
  expect(alertAction(alerts, alert({ team: 'ml' }))).toBe('note');
});

test('an alert has a bounded number of labels, and may have none and end', () => {
  const labels = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`l${i}`, 'x']));
  expect(Object.keys(alertFrom({ id: 'a', status: 'firing', labels })?.labels ?? {})).toHaveLength(50);
  for (const none of [null, undefined, 'severity'])
    expect(alertFrom({ id: 'a', status: 'resolved', labels: none, summary: 'over' })).toEqual({
      id: 'a',
      status: 'resolved',
      labels: {},
      summary: 'over',
    });
  expect(alertFrom({ id: 'a', status: 'firing', labels: { ['n'.repeat(999)]: 'x' } })?.labels).toEqual({
    ['n'.repeat(300)]: 'x',
  });
});

test.each([null, 'x', [], {}, { id: '', status: 'firing' }, { id: 'a', status: 'maybe' }, { id: 1, status: 'firing' }])(
  '%j is no alert',
  (given) => {
    expect(alertFrom(given)).toBeNull();
  },
);

test('what is no text is left out, and nothing is long', () => {
  const read = alertFrom({ id: 'x'.repeat(999), status: 'firing', labels: { a: 1, b: 'y'.repeat(999) }, summary: {} });
  expect(read).toEqual({ id: 'x'.repeat(300), status: 'firing', labels: { b: 'y'.repeat(300) }, summary: '' });
});
