import { describe, expect, test } from '@jest/globals';
import type { Protocol } from '../../src/domain/protocol.js';
import { protocol } from '../../src/domain/spec/target.js';
import { checkTraffic, routeTraffic, traffic } from '../../src/domain/spec/traffic.js';
import { placesOf } from './spec-places.js';

describe('a brake', () => {
  const brake = (given: object) => placesOf(traffic, { brake: given });
  const limit = { errorRate: { max: 0.1 } };

  test.each([
    { errorRate: { max: 0 } },
    { errorRate: { aboveBaseline: 0.1 } },
    { latency: { max: '1s' } },
    { latency: { timesBaseline: 2 } },
    { errorRate: {}, latency: { max: '1s' } },
  ])('has a limit: %j', (given) => {
    expect(brake(given)).toEqual([]);
  });

  test.each([{}, { errorRate: {} }, { latency: {} }, { latency: { quantile: 0.99 } }, { errorRate: {}, latency: {} }])(
    'without one is none: %j',
    (given) => {
      expect(brake(given)).toEqual(['brake']);
    },
  );

  test('needs no more answers than it looks at', () => {
    expect(brake({ ...limit, requests: 50, minRequests: 50 })).toEqual([]);
    expect(brake({ ...limit, requests: 50, minRequests: 51 })).toEqual(['brake.minRequests']);
  });
});

test('a spec has durations, a route milliseconds; what is left out is the same in both', () => {
  const written = traffic.parse({ deadline: '2s', brake: { errorRate: { max: 0.1 } } });
  expect(written).toEqual({
    hash: 'murmur3',
    fallback: 'baseline',
    deadline: 2000,
    brake: { requests: 100, within: 60_000, minRequests: 20, errorRate: { max: 0.1 } },
    warmUp: 0,
    segments: [],
    audience: 'all',
    others: [],
  });
  expect(routeTraffic.parse(written)).toEqual(written);
  expect(placesOf(routeTraffic, { deadline: '2s' })).toEqual(['deadline']);
  expect(placesOf(routeTraffic, { deadline: 0 })).toEqual(['deadline']);
});

describe('what traffic must be beside the rest', () => {
  const attributes = { region: 'header:x-region', plan: 'cookie:plan' };
  const known = protocol.parse({ model: 'digits', attributes });
  const bare = protocol.parse({ model: 'digits' });
  const refused = (given: object | undefined, highest = 50, of: Protocol = known) => {
    const places: string[] = [];
    const policy = given === undefined ? undefined : traffic.parse(given);
    checkTraffic(of, policy, highest, (path) => places.push(path.join('.')));
    return places;
  };

  test('segments have names of their own', () => {
    expect(refused({ segments: [{ name: 'a' }, { name: 'b' }] })).toEqual([]);
    expect(refused({ segments: [{ name: 'a' }, { name: 'b' }, { name: 'a' }, { name: 'b' }] })).toEqual([
      'segments.2.name',
      'segments.3.name',
    ]);
  });

  test('segments ask for attributes that are read, in whatever record', () => {
    const of = (when: unknown, from: Protocol = known) =>
      refused({ segments: [{ name: 'x' }, { name: 'a', when }] }, 50, from);
    expect(of({ region: 'eu', plan: { not: 'free' } })).toEqual([]);
    expect(of([{ region: 'eu' }, { plan: 'pro' }])).toEqual([]);
    expect(of({ region: 'eu', age: { atLeast: 18 } })).toEqual(['segments.1.when']);
    // Each once, however often it is asked for.
    expect(of([{ region: 'eu' }, { age: 1 }, { age: 2, tier: 'a' }])).toEqual(['segments.1.when', 'segments.1.when']);
    expect(of({ region: 'eu' }, bare)).toEqual(['segments.1.when']);
    expect(of({ constructor: 'x' })).toEqual(['segments.1.when']);
  });

  test('an audience of segments has some', () => {
    expect(refused({ audience: 'segments' })).toEqual(['audience']);
    expect(refused({ audience: 'segments', segments: [{ name: 'a' }] })).toEqual([]);
    expect(refused({ audience: 'all' })).toEqual([]);
  });

  test('others and the candidate have 100 % at most', () => {
    const others = [20, 30].map((weight, i) => ({ version: `o${i}`, url: 'http://127.0.0.1:3', weight }));
    expect([refused({ others }, 50), refused({ others }, 50.01), refused({ others }, 0)]).toEqual([[], ['others'], []]);
    // In binary fractions more than 100.
    const tenths = [0.2, 83.9].map((weight, i) => ({ version: `o${i}`, url: 'http://127.0.0.1:3', weight }));
    expect([refused({ others: tenths }, 15.9), refused({ others: tenths }, 15.91)]).toEqual([[], ['others']]);
    expect([refused({}, 100), refused(undefined, 100)]).toEqual([[], []]);
  });
});
