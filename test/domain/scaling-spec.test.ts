import { describe, expect, test } from '@jest/globals';
import { scaling } from '../../src/domain/spec/scaling.js';
import { placesOf } from './spec-places.js';

const candidate = { driver: 'local', name: 'digits' };
const places = (given: object) => placesOf(scaling, { candidate, ...given });
const at = (...rows: [number, number][]) => ({ replicasAt: rows.map(([weight, replicas]) => ({ weight, replicas })) });

test('what is left out', () => {
  expect(scaling.parse({ candidate, percentPerReplica: 20 })).toEqual({
    candidate,
    percentPerReplica: 20,
    min: 1,
    max: 100,
    idle: 0,
    readyTimeout: 300_000,
    poll: 2000,
    onFailure: 'hold',
  });
});

describe('replicas', () => {
  test('are said in one of two ways', () => {
    expect(places({})).toEqual(['replicasAt']);
    expect(places({ ...at([0, 1]), percentPerReplica: 10 })).toEqual(['replicasAt']);
    expect([places(at([0, 1])), places({ percentPerReplica: 10 })]).toEqual([[], []]);
  });

  test('have a min that is not above max', () => {
    expect(places({ percentPerReplica: 10, min: 5, max: 5 })).toEqual([]);
    expect(places({ percentPerReplica: 10, min: 6, max: 5 })).toEqual(['min']);
  });

  test.each<[string, object, string[]]>([
    ['rise', at([0, 1], [10, 2], [50, 5]), []],
    ['or stay', at([10, 2], [50, 2]), []],
    ['a weight again', at([10, 2], [10, 3]), ['replicasAt.1.weight']],
    ['weights that fall', at([0, 1], [50, 2], [10, 3]), ['replicasAt.2.weight']],
    ['fewer at a higher weight', at([0, 1], [10, 3], [50, 2]), ['replicasAt.2.replicas']],
    ['both', at([50, 3], [10, 2]), ['replicasAt.1.weight', 'replicasAt.1.replicas']],
    ['as many as max', { ...at([10, 2], [50, 5]), max: 5 }, []],
    ['more than max', { ...at([10, 6], [50, 7]), max: 5 }, ['replicasAt.0.replicas', 'replicasAt.1.replicas']],
  ])('of a table: %s', (_, given, refused) => {
    expect(places(given)).toEqual(refused);
  });
});

describe('who is asked over http', () => {
  const http = (more: object) =>
    placesOf(scaling, { candidate: { driver: 'http', url: 'https://a.example', ...more }, percentPerReplica: 10 });

  test('answers within a minute', () => {
    expect([http({}), http({ timeout: '60s' }), http({ timeout: '61s' })]).toEqual([[], [], ['candidate.timeout']]);
  });

  test('is this machine, or has TLS, or is meant so', () => {
    expect(http({ url: 'http://a.example' })).toEqual(['candidate.url']);
    expect([http({ url: 'http://a.example', insecure: true }), http({ url: 'http://127.0.0.1:9' })]).toEqual([[], []]);
    expect(
      placesOf(scaling, { candidate, baseline: { driver: 'http', url: 'http://a.example' }, ...at([0, 1]) }),
    ).toEqual(['baseline.url']);
  });
});
