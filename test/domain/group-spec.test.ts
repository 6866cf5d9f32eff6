import { describe, expect, test } from '@jest/globals';
import { groupSpec } from '../../src/domain/spec/group-spec.js';
import { placesOf } from './spec-places.js';

const GROUP = { sluice: 'group/v1', name: 'spring', owner: 'ml' };
const wave = (name: string, more: object = {}) => ({ name, rollouts: [`${name}.yaml`], ...more });
const places = (...waves: object[]) => placesOf(groupSpec, { ...GROUP, waves });
const files = (count: number) => ({ rollouts: Array.from({ length: count }, (_, i) => `${i}.yaml`) });

test('what is left out', () => {
  expect(groupSpec.parse({ ...GROUP, waves: [wave('a', { pause: { approval: {} } }), wave('b')] })).toEqual({
    ...GROUP,
    waves: [
      {
        ...wave('a'),
        barrier: 'promoted',
        pause: { approval: { timeout: 86_400_000, onTimeout: 'abort', quorum: 1, fourEyes: false } },
      },
      { ...wave('b'), barrier: 'promoted' },
    ],
    onFailure: 'abort',
    maxParallel: 10,
  });
});

describe('waves', () => {
  test('have names of their own', () => {
    expect(places(wave('a'), wave('b'), wave('a'), wave('b'))).toEqual(['waves.2.name', 'waves.3.name']);
  });

  test('have 100 rollouts at most, all together', () => {
    expect(places(wave('a', files(60)), wave('b', files(40)))).toEqual([]);
    expect(places(wave('a', files(60)), wave('b', files(41)))).toEqual(['waves']);
  });

  test('pause between each other, and not after the last', () => {
    const pause = { duration: '1h' };
    expect(places(wave('a', { pause }), wave('b', { pause }), wave('c'))).toEqual([]);
    expect(places(wave('a', { pause }), wave('b', { pause }))).toEqual(['waves.1.pause']);
    expect(places(wave('a', { pause }))).toEqual(['waves.0.pause']);
    expect(places()).toEqual(['waves']);
  });
});

test.each<[string, object, string[]]>([
  ['as many as there are', { approvers: ['ann', 'bob'], quorum: 2 }, []],
  ['more than there are', { approvers: ['ann', 'bob'], quorum: 3 }, ['quorum']],
  ['one person twice', { approvers: ['ann', 'ann'], quorum: 2 }, ['quorum']],
  ['a role, which may have many', { approvers: ['ann', 'role:release'], quorum: 3 }, []],
  ['what only sounds like one', { approvers: ['ann', 'a:role:'], quorum: 3 }, ['quorum']],
  ['anybody', { quorum: 9 }, []],
])('an approval has a quorum that can be had: %s', (_, approval, refused) => {
  expect(places(wave('a', { pause: { approval } }), wave('b'))).toEqual(
    refused.map((key) => `waves.0.pause.approval.${key}`),
  );
});
