import { describe, expect, test } from '@jest/globals';
import { rolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import { PLAIN_SPEC } from './plain-spec.js';
import { placesOf } from './spec-places.js';

const PLAN = { metrics: ['conversion'], before: '28d', after: '14d' };
const prometheus = { query: 'sum(up)' };
const places = (plan: object, more: object = {}, cutover: object = {}) =>
  placesOf(rolloutSpec, {
    ...PLAIN_SPEC,
    ...more,
    phases: { canary: { steps: [{ setWeight: 5 }] }, cutover, impact: { ...PLAN, ...plan } },
  }).map((place) => place.replace('phases.impact.', ''));

describe('an impact analysis in a spec', () => {
  test('with everything', () => {
    const whole = {
      metrics: ['conversion', 'latency_p95'],
      every: '1d',
      holdback: 2,
      control: { service: 'search' },
      expected: { metric: 'latency_p95', direction: 'decrease', effect: 0.02 },
      onHarm: 'note',
    };
    expect(places(whole)).toEqual([]);
    expect(places({})).toEqual([]);
  });

  test('names metrics that have a value in a stretch of time, each once', () => {
    const metrics = [
      { name: 'bought', kind: 'proportion', source: { feedback: 'conversion' } },
      { name: 'stayed', kind: 'retention', retention: { from: '1d', to: '7d' } },
    ];
    expect(places({ metrics: ['bought', 'thumb'] }, { metrics })).toEqual([]);
    expect(places({ metrics: ['bought', 'stayed'] }, { metrics })).toEqual(['metrics.1']);
    expect(places({ metrics: ['thumb', 'sales'] })).toEqual(['metrics.1']);
    expect(places({ metrics: ['thumb', 'accuracy', 'thumb'] })).toEqual(['metrics.2']);
  });

  test('looks within the time that is observed, 400 times at most', () => {
    expect([places({ every: '14d' }), places({ every: '337h' })]).toEqual([[], ['every']]);
    expect([places({ after: '400m', every: '1m' }), places({ after: '401m', every: '1m' })]).toEqual([[], ['every']]);
  });

  test('expects something of a metric that it has', () => {
    const expected = (metric: string) => places({ expected: { metric, direction: 'increase' } });
    expect([expected('conversion'), expected('thumb')]).toEqual([[], ['expected.metric']]);
  });

  test('has a control that is not itself', () => {
    expect(places({ control: { service: 'digits' } })).toEqual(['control.service']);
    expect(places({ control: { query: { prometheus } } })).toEqual([]);
    expect(
      places({ control: { query: { prometheus: { ...prometheus, range: { for: '5m', step: '10s' } } } } }),
    ).toEqual(['control.query']);
    expect(places({ control: { query: { sql: { connection: 'MAIN', query: 'SELECT 1' } } } })).toEqual([
      'control.query',
    ]);
  });

  test('goes back only while the baseline is warm', () => {
    const back = (every: string, keepBaselineWarm: string) =>
      places({ every, onHarm: 'rollback' }, {}, { keepBaselineWarm });
    expect([back('2h', '2h'), back('2h', '119m')]).toEqual([[], ['onHarm']]);
    // A day, where it is not said.
    expect(places({ onHarm: 'rollback' }, {}, { keepBaselineWarm: '23h' })).toEqual(['onHarm']);
    expect(places({ onHarm: 'rollback' }, {}, { keepBaselineWarm: '24h' })).toEqual([]);
    expect(places({ every: '2h' }, {}, { keepBaselineWarm: '1h' })).toEqual([]);
  });

  test('holds back no more than others leave', () => {
    const others = [20, 40].map((weight, i) => ({ version: `o${i}`, url: 'http://127.0.0.1:3', weight }));
    const of = (holdback: number) => places({ holdback }, { traffic: { others } });
    expect([of(40), of(40.01)]).toEqual([[], ['holdback']]);
    const tenths = [0.2, 83.9].map((weight, i) => ({ version: `o${i}`, url: 'http://127.0.0.1:3', weight }));
    expect(places({ holdback: 15.9 }, { traffic: { others: tenths } })).toEqual([]);
    expect([places({ holdback: 50 }), places({ holdback: 50 }, { traffic: {} })]).toEqual([[], []]);
  });
});

test('a control that is neither service nor query is told what it may be', () => {
  const { error } = rolloutSpec.safeParse({
    ...PLAIN_SPEC,
    phases: { canary: { steps: [{ setWeight: 5 }] }, impact: { ...PLAN, control: { servce: 'x' } } },
  });
  expect(error?.issues.map(({ message }) => message)).toEqual(['expected either service or query (prometheus)']);
});
