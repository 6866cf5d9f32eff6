import { describe, expect, test } from '@jest/globals';
import { protocol } from '../../src/domain/spec/target.js';
import { placesOf } from './spec-places.js';

const places = (given: object) => placesOf(protocol, given);
const json = (given: object) => places({ kind: 'json', path: '/score', features: {}, prediction: '/label', ...given });

test('a protocol without a kind is open inference; another kind is told those there are', () => {
  expect(protocol.parse({ model: 'digits' })).toEqual({
    kind: 'open-inference',
    model: 'digits',
    unitKey: 'header:x-user-key',
  });
  const { error } = protocol.safeParse({ kind: 'grpc', model: 'digits' });
  expect(error?.issues.map(({ message }) => message)).toEqual(['expected open-inference, json or chat']);
});

describe('a path', () => {
  test.each(['/score', '/v1/score', '/a/_sluice', '/ofrepx', '/_sluices', '/...', '/.well-known/x', '/a..b'])(
    '%s',
    (path) => {
      expect(json({ path })).toEqual([]);
    },
  );

  test.each(['', '/', 'score', '/score/', '/a//b', '/..', '/a/../b', '/.', '/a/./b', '/a%2fb', '/a?b', '/a b'])(
    'not %j',
    (path) => {
      expect(new Set(json({ path }))).toEqual(new Set(['path']));
    },
  );

  test.each(['/_sluice', '/_sluice/health', '/ofrep', '/ofrep/v1'])(
    'not %s, which gateways answer themselves',
    (path) => {
      expect(json({ path })).toEqual(['path']);
      expect(json({ ready: path })).toEqual(['ready']);
    },
  );
});

describe('a pointer', () => {
  test('has indexes up to 999', () => {
    expect([json({ prediction: '/rows/999/label' }), json({ prediction: '/rows/x1000' })]).toEqual([[], []]);
    expect([json({ prediction: '/rows/1000/label' }), json({ id: '/rows/1000' })]).toEqual([['prediction'], ['id']]);
  });

  test('of a row has one place for it at most', () => {
    expect(json({ batch: '/rows', prediction: '/out/-/label', score: '/out/-/p' })).toEqual([]);
    expect(json({ prediction: '/out/-/a-b/--' })).toEqual([]);
    expect(json({ prediction: '/-/out/-' })).toEqual(['prediction']);
    expect(json({ score: '/-/-' })).toEqual(['score']);
  });
});

describe('with a batch', () => {
  test('prediction and score name the row’s place', () => {
    expect(json({ batch: '/rows', prediction: '/out/-' })).toEqual([]);
    expect(json({ batch: '/rows', prediction: '/out/0' })).toEqual(['prediction']);
    expect(json({ batch: '/rows', prediction: '/out/-', score: '/p' })).toEqual(['score']);
    expect(json({ batch: '/rows', prediction: '/a-b', score: '/p-' })).toEqual(['prediction', 'score']);
    // The list may be all of the request.
    expect(json({ batch: '', prediction: '/x' })).toEqual(['prediction']);
  });

  test('and without one they need not', () => {
    expect(json({ prediction: '/label', score: '/p' })).toEqual([]);
    expect(json({ batch: false, prediction: '/label', score: '/p' })).toEqual([]);
  });
});
