import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { plannedReplicas } from '../../src/domain/planned-replicas.js';
import { scaling } from '../../src/domain/spec/scaling.js';

const candidate = { driver: 'kubernetes', namespace: 'ml', name: 'digits-v2' };
const spec = (over: object) => scaling.parse({ candidate, ...over });
const issues = (over: object) =>
  scaling.safeParse({ candidate, ...over }).error?.issues.map(({ message }) => message) ?? [];
const TABLE = [
  { weight: 10, replicas: 2 },
  { weight: 50, replicas: 5 },
];

describe('replicas of a weight', () => {
  test.each([
    [0, 1],
    [9.99, 1],
    [10, 2],
    [49, 2],
    [50, 5],
    [100, 5],
  ])('by a table, %d %%: %d', (weight, replicas) => {
    expect(plannedReplicas(spec({ replicasAt: TABLE }), weight)).toBe(replicas);
  });

  test.each([
    [0, 2],
    [1.1, 11],
    [25, 40],
  ])('by what one carries, %d %%: %d', (weight, replicas) => {
    expect(plannedReplicas(spec({ percentPerReplica: 0.1, min: 2, max: 40 }), weight)).toBe(replicas);
  });

  test.each([-1, 101, Number.NaN])('%d is no weight', (weight) => {
    expect(() => plannedReplicas(spec({ replicasAt: TABLE }), weight)).toThrow(RangeError);
  });

  test('never fall as the weight rises, and stay within min and max', () => {
    const weight = fc.double({ min: 0, max: 100, noNaN: true });
    const plan = fc.record({
      percentPerReplica: fc.double({ min: 0.01, max: 100, noNaN: true }),
      max: fc.integer({ min: 1, max: 50 }),
    });
    fc.assert(
      fc.property(plan, weight, weight, (made, one, other) => {
        const read = spec(made);
        const [low, high] = [plannedReplicas(read, Math.min(one, other)), plannedReplicas(read, Math.max(one, other))];
        expect(low).toBeLessThanOrEqual(high);
        expect(low).toBeGreaterThanOrEqual(read.min);
        expect(high).toBeLessThanOrEqual(read.max);
      }),
    );
  });
});

describe('a spec refuses', () => {
  test.each([
    ['neither a table nor a share', {}, 'exactly one of'],
    ['both', { replicasAt: TABLE, percentPerReplica: 10 }, 'exactly one of'],
    ['weights that fall', { replicasAt: [...TABLE].reverse() }, 'weight 10 does not come after 50'],
    ['replicas that fall', { replicasAt: [TABLE[1], { weight: 60, replicas: 2 }] }, 'fewer than 5'],
    ['more than max', { replicasAt: TABLE, max: 4 }, '5 replicas are above max 4'],
    ['min above max', { percentPerReplica: 10, min: 9, max: 4 }, 'min 9 is above max 4'],
    [
      'a path as a name',
      { percentPerReplica: 10, candidate: { ...candidate, name: '../secrets' } },
      'name of Kubernetes',
    ],
    [
      'http to others',
      { percentPerReplica: 10, candidate: { driver: 'http', url: 'http://a.example' } },
      'insecure: true',
    ],
    ['a command', { percentPerReplica: 10, candidate: { driver: 'local', name: 'x', command: ['rm'] } }, 'command'],
  ])('%s', (_, over, message) => {
    expect(issues(over).join()).toContain(message);
  });
});
