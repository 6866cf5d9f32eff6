import { describe, expect, test } from '@jest/globals';
import { hooks } from '../../src/domain/spec/hooks.js';
import { notify } from '../../src/domain/spec/notify.js';
import { isLoopback, isSafeToCall, receiverUrl, secretRef } from '../../src/domain/spec/receiver.js';
import { registry } from '../../src/domain/spec/registry.js';
import { placesOf } from './spec-places.js';

test.each(['localhost', '::1', '[::1]', '127.0.0.1', '127.255.0.9'])('%s is this machine', (host) => {
  expect(isLoopback(host)).toBe(true);
});

test.each(['localhost.example', 'a.localhost', '127.0.0.1.example', '127.0.1', '1127.0.0.1', '10.0.0.1', '', '::'])(
  '%j is another',
  (host) => {
    expect(isLoopback(host)).toBe(false);
  },
);

test.each<[string, boolean | undefined, boolean]>([
  ['https://a.example/x', undefined, true],
  ['https://a.example/x', false, true],
  ['http://a.example/x', undefined, false],
  ['http://a.example/x', false, false],
  ['http://a.example/x', true, true],
  ['http://localhost:9/x', undefined, true],
  ['http://[::1]:9/x', undefined, true],
  ['http://127.0.0.1.a.example/x', undefined, false],
  // Refused already, and by better words.
  ['no url', undefined, true],
])('%s, insecure %p: safe to call %p', (url, insecure, isSafe) => {
  expect(isSafeToCall(url, insecure)).toBe(isSafe);
});

describe('whom a worker calls', () => {
  test.each(['https://a.example', 'http://a.example/x?y=@z', 'https://a.example/@me'])('%s', (url) => {
    expect(placesOf(receiverUrl, url)).toEqual([]);
  });

  test.each([
    'https://ann@a.example',
    'https://ann:x@a.example',
    'https://:x@a.example',
    'ftp://a.example',
    'a.example',
    '',
  ])('not %j', (url) => {
    expect(placesOf(receiverUrl, url)).toEqual(['']);
  });
});

test('a spec names secrets of its own, and no other variable', () => {
  expect(placesOf(secretRef, 'SLUICE_SECRET_A_1')).toEqual([]);
  for (const name of ['SLUICE_SECRET_', 'SLUICE_SECRET_a', 'XSLUICE_SECRET_A', 'SLUICE_SECRET_A ', 'DATABASE_URL'])
    expect(placesOf(secretRef, name)).toEqual(['']);
});

describe('who is told', () => {
  const places = (target: object) => placesOf(notify, [target]);

  test('over http is this machine, or meant so; of a URL that is a secret nobody can say', () => {
    expect(places({ webhook: 'http://a.example/' })).toEqual(['0.webhook']);
    expect(places({ webhook: { urlRef: 'SLUICE_SECRET_HOOK' } })).toEqual([]);
    const lineage = (url: string, more: object = {}) => places({ openlineage: { url }, ...more });
    expect(lineage('http://a.example/')).toEqual(['0.openlineage.url']);
    expect([lineage('http://a.example/', { insecure: true }), lineage('http://localhost/')]).toEqual([[], []]);
  });

  test('of lineage hears where the run begins, goes on and ends', () => {
    expect(notify.parse([{ openlineage: { url: 'https://a.example/' } }])).toEqual([
      {
        openlineage: { url: 'https://a.example/', namespace: 'sluice' },
        events: ['started', 'advanced', 'weight', 'promoted', 'completed', 'rolled-back', 'aborted', 'failed'],
      },
    ]);
    expect(places({ openlineage: { url: 'https://a.example/' }, events: ['waiting'] })).not.toEqual([]);
  });
});

describe('who is asked', () => {
  const hook = (more: object = {}) => ({
    name: 'h',
    kind: 'call',
    url: 'https://a.example/',
    at: { before: 'canary' },
    ...more,
  });

  test('has a name of its own', () => {
    const named = (...names: string[]) =>
      placesOf(
        hooks,
        names.map((name) => hook({ name })),
      );
    expect([named('a', 'b'), named('a', 'b', 'a', 'b')]).toEqual([[], ['2.name', '3.name']]);
  });

  test('answers within five minutes, over a safe way', () => {
    const places = (more: object) => placesOf(hooks, [hook(more)]);
    expect([places({ timeout: '5m' }), places({ timeout: '301s' })]).toEqual([[], ['0.timeout']]);
    expect([places({ url: 'http://a.example/' }), places({ url: 'http://a.example/', insecure: true })]).toEqual([
      ['0.url'],
      [],
    ]);
  });
});

test('what serves and what is under trial have two aliases', () => {
  expect(registry.parse({})).toEqual({
    champion: 'champion',
    challenger: 'challenger',
    required: false,
    verify: false,
  });
  expect([
    placesOf(registry, { challenger: 'champion' }),
    placesOf(registry, { champion: 'a', challenger: 'a' }),
  ]).toEqual([['challenger'], ['challenger']]);
  expect(placesOf(registry, { champion: 'challenger', challenger: 'next' })).toEqual([]);
});
