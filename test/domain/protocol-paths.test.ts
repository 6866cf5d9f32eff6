import { describe, expect, test } from '@jest/globals';
import { pathPrefix, pathsOverlap, readinessOf } from '../../src/domain/protocol.js';
import { newestOf, type Route } from '../../src/domain/route.js';
import { protocol } from '../../src/domain/spec/target.js';

const inference = protocol.parse({ model: 'digits' });
const json = { kind: 'json', path: '/score', features: {}, prediction: '/label' };
const chat = { kind: 'chat', model: 'tiny' };

test('requests arrive under the model’s name, or under the path', () => {
  expect(pathPrefix(inference)).toBe('/v2/models/digits');
  expect(pathPrefix(protocol.parse(json))).toBe('/score');
  expect(pathPrefix(protocol.parse(chat))).toBe('/v1/chat/completions');
});

test.each([
  ['/score', '/score', true],
  ['/score', '/score/fast', true],
  ['/score', '/scores', false],
  ['/a/score', '/b/score', false],
  ['/v2/models/digits', '/v2/models/digits-2', false],
])('%s and %s claim the same requests: %s', (a, b, isSame) => {
  expect([pathsOverlap(a, b), pathsOverlap(b, a)]).toEqual([isSame, isSame]);
});

describe('a version is ready', () => {
  test('where its protocol says so with a 2xx', () => {
    expect(readinessOf(inference)).toEqual({ path: '/v2/models/digits/ready', highestStatus: 299 });
    expect(readinessOf(protocol.parse(chat))).toEqual({ path: '/v1/models', highestStatus: 299 });
    expect(readinessOf(protocol.parse({ ...json, ready: '/healthz' }))).toEqual({
      path: '/healthz',
      highestStatus: 299,
    });
  });

  test('without a path of its own, where it answers at all and does not fail', () => {
    expect(readinessOf(protocol.parse(json))).toEqual({ path: '/score', highestStatus: 499 });
  });
});

test('of several routes the one with the highest epoch counts, wherever it stands', () => {
  const route = (epoch: number) => ({ epoch }) as Route;
  expect(newestOf([route(2), route(7), route(3)])).toEqual({ epoch: 7 });
  expect(newestOf([route(7), route(2)])).toEqual({ epoch: 7 });
  expect(newestOf([route(0)])).toEqual({ epoch: 0 });
  expect(newestOf([])).toBeNull();
});
