import { describe, expect, test } from '@jest/globals';
import type { InterleavedItem } from '../../src/domain/observation.js';
import { analyseInterleaving, creditOf, type JudgedList } from '../../src/experiment/interleaving.js';
import { seededRandom } from '../../src/stats/index.js';
import { after, plan, SINCE } from './readings.js';

const item = (name: string, team: InterleavedItem['team'], ranks: [number | null, number | null]): InterleavedItem => ({
  item: name,
  team,
  baselineRank: ranks[0],
  candidateRank: ranks[1],
});
const ITEMS = [item('a', 'baseline', [1, 2]), item('b', 'candidate', [3, 1]), item('c', 'baseline', [2, 3])];
const list = (clicked: string[], unitHash?: string): JudgedList => ({
  method: 'team-draft',
  items: ITEMS,
  clicked,
  ...(unitHash === undefined ? {} : { unitHash }),
});
const design = (given: Record<string, unknown> = {}) =>
  plan({
    kind: 'interleaving',
    primary: 'preference',
    minDetectableEffect: 0.05,
    interleaving: { output: 'ranked' },
    ...given,
  });
const judge = (lists: readonly JudgedList[], given: Record<string, unknown> = {}, days = 3) =>
  analyseInterleaving(design(given), { at: after(days), since: SINCE, lists }, after(days));
const votes = (candidate: number, baseline: number, ties: number): JudgedList[] => [
  ...Array.from({ length: candidate }, () => list(['b'])),
  ...Array.from({ length: baseline }, () => list(['a'])),
  ...Array.from({ length: ties }, () => list(['a', 'b'])),
];

test('credit goes to the team; clicks on other items are counted apart', () => {
  expect(creditOf(list(['a', 'b', 'c', 'a']))).toMatchObject({
    baseline: 2,
    candidate: 1,
    preferred: 'baseline',
    stray: 0,
  });
  expect(creditOf(list(['zzz', 'b']))).toMatchObject({ candidate: 1, stray: 1 });
});

describe('the verdict', () => {
  test.each([
    ['superior', votes(700, 400, 100), 'promote'],
    ['inferior', votes(400, 700, 100), 'rollback'],
    ['non-inferior', votes(5000, 5000, 1000), 'promote'],
    ['inconclusive', votes(60, 55, 10), 'wait'],
  ] as const)('is %s', (verdict, lists, decision) => {
    expect(judge(lists)).toMatchObject({ verdict, decision });
  });

  test('ties count half', () => {
    const { estimates, interleaving } = judge(votes(60, 40, 100));
    expect(estimates[0]?.effect).toBeCloseTo(0.05, 10);
    expect(estimates[0]?.candidate.value).toBeCloseTo(0.55, 10);
    expect(estimates[0]?.baseline.value).toBe(0.5);
    expect(interleaving).toMatchObject({ wins: 60, losses: 40, ties: 100, credit: { candidate: 160, baseline: 140 } });
  });

  test('a user who votes a thousand times has one vote', () => {
    const loud = Array.from({ length: 1000 }, () => list(['b'], 'loud'));
    const others = votes(30, 30, 0).map((one, k) => ({ ...one, unitHash: `u${k}` }));
    const { estimates, interleaving } = judge([...loud, ...others]);
    expect(interleaving).toMatchObject({ lists: 1060, units: 61, wins: 31, losses: 30 });
    expect(estimates[0]?.verdict).not.toBe('superior');
  });

  test('nothing, little, and one opinion only are inconclusive', () => {
    for (const lists of [[], votes(20, 3, 0), votes(0, 0, 200)])
      expect(judge(lists)).toMatchObject({ verdict: 'inconclusive', decision: 'wait' });
    expect(judge([], {}, 8).decision).toBe('hold');
  });
});

test('A/A: at most alpha of sequential evaluations name a preference', () => {
  const random = seededRandom(7);
  let named = 0;
  for (let run = 0; run < 100; run += 1) {
    const lists: JudgedList[] = [];
    for (let look = 1; look <= 6; look += 1) {
      for (let k = 0; k < 60; k += 1) lists.push(list(random() < 0.2 ? ['a', 'b'] : random() < 0.5 ? ['a'] : ['b']));
      const { verdict } = judge(lists, { tuning: 300 });
      if (verdict !== 'superior' && verdict !== 'inferior') continue;
      named += 1;
      break;
    }
  }
  expect(named / 100).toBeLessThanOrEqual(0.05);
});
