import { describe, expect, test } from '@jest/globals';
import { type HookMoment, hooksAt, momentName } from '../../src/domain/hook-moment.js';
import { hooks } from '../../src/domain/spec/hooks.js';

const url = 'https://hooks.example.com/in';
const call = (name: string, at: object) => ({ name, kind: 'call', url, at });
const during = (name: string, kind: string, phase: string) => ({ name, kind, url, at: { during: phase } });
const all = hooks.parse([
  call('before-canary', { before: 'canary' }),
  call('after-canary', { after: 'canary' }),
  call('first', { beforeStep: 0 }),
  call('third', { beforeStep: 2 }),
  call('each', { beforeStep: 'each' }),
  { ...call('sure', { before: 'canary' }), kind: 'confirm' },
  during('watch', 'veto', 'canary'),
  during('watch-shadow', 'veto', 'shadow'),
  during('load', 'load-test', 'canary'),
]);
const MOMENTS: readonly HookMoment[] = [
  { before: 'canary' },
  { before: 'cutover' },
  { after: 'canary' },
  { after: 'shadow' },
  { during: 'canary' },
  { during: 'shadow' },
  { beforeStep: 0 },
  { beforeStep: 1 },
  { beforeStep: 2 },
];

describe('the hooks of a moment', () => {
  test.each([
    ['call', [['before-canary'], [], ['after-canary'], [], [], [], ['first', 'each'], ['each'], ['third', 'each']]],
    ['confirm', [['sure'], [], [], [], [], [], [], [], []]],
    ['veto', [[], [], [], [], ['watch'], ['watch-shadow'], [], [], []]],
    ['load-test', [[], [], [], [], ['load'], [], [], [], []]],
  ] as const)('of the kind %s, in the order of the spec', (kind, names) => {
    expect(MOMENTS.map((moment) => hooksAt(all, kind, moment).map(({ name }) => name))).toEqual(names);
  });

  test('are none where the spec has none', () => {
    expect(hooksAt(undefined, 'call', { before: 'canary' })).toEqual([]);
  });
});

test('a moment is named as a ledger and a hook read it', () => {
  expect(MOMENTS.map(momentName)).toEqual([
    'before canary',
    'before cutover',
    'after canary',
    'after shadow',
    'during canary',
    'during shadow',
    'before step 0',
    'before step 1',
    'before step 2',
  ]);
});
