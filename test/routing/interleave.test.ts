import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hash } from '../../src/routing/bucket.js';
import { balanced, creditClicks, type Interleaved, teamDraft } from '../../src/routing/interleave.js';

const KINDS = [
  ['team draft', teamDraft],
  ['balanced', balanced],
] as const;
const SEEDS = Array.from({ length: 200 }, (_, i) => hash(`prediction-${i}`));

/** The two rankings of figure 2 in Radlinski, Kurup, Joachims (2008). */
const A = 'abcdgh'.split('');
const B = 'beafgh'.split('');
const order = ({ items }: Interleaved<string>) => items.map(({ id }) => id).join('');
const withTeams = ({ items }: Interleaved<string>) =>
  items.map(({ id, team }) => (team === 'baseline' ? id.toUpperCase() : id)).join('');
const seedFor = (list: (seed: number) => string, wanted: string) => {
  const seed = SEEDS.find((candidate) => list(candidate) === wanted);
  if (seed === undefined) throw new Error(`no seed gives ${wanted}`);
  return seed;
};

describe('the example of the paper', () => {
  test('balanced: one list for each side of the coin', () => {
    expect(new Set(SEEDS.map((seed) => order(balanced(A, B, seed))))).toEqual(new Set(['abecdfgh', 'baecfdgh']));
  });

  test('team draft: a list for each run of coins; the baseline has the capitals', () => {
    const lists = new Set(SEEDS.map((seed) => withTeams(teamDraft(A, B, seed)).slice(0, 6)));
    // The first three coins, A for the baseline's: AAA, AAB, ABA, ABB, BAA, BAB, BBA, BBB.
    const expected = ['AbCeDf', 'AbCefD', 'AbeCDf', 'AbeCfD', 'bACeDf', 'bACefD', 'bAeCDf', 'bAeCfD'];
    expect(lists).toEqual(new Set(expected));
  });

  test('balanced credit: both have the clicks down to the lowest one, so only the depth k of the better rank counts', () => {
    const list = balanced(
      A,
      B,
      seedFor((seed) => order(balanced(A, B, seed)), 'abecdfgh'),
    );
    // The lowest click, e, is second in B: k = 2, A has a and b among its first two, B has b and e.
    expect(creditClicks(list, ['b', 'e'])).toEqual({ baseline: 1, candidate: 2, preferred: 'candidate' });
    expect(creditClicks(list, ['a'])).toEqual({ baseline: 1, candidate: 0, preferred: 'baseline' });
    expect(creditClicks(list, ['a', 'e'])).toEqual({ baseline: 1, candidate: 1, preferred: 'tie' });
    expect(creditClicks(list, ['g', 'h'])).toEqual({ baseline: 2, candidate: 2, preferred: 'tie' });
    expect(creditClicks(list, ['d', 'f', 'c'])).toEqual({ baseline: 2, candidate: 1, preferred: 'baseline' });
  });

  test('team draft credit: a click is its picker’s', () => {
    const wanted = 'AbCeDf';
    const list = teamDraft(
      A,
      B,
      seedFor((seed) => withTeams(teamDraft(A, B, seed, 6)), wanted),
      6,
    );
    expect(creditClicks(list, ['b', 'e', 'b'])).toEqual({ baseline: 0, candidate: 2, preferred: 'candidate' });
    expect(creditClicks(list, ['a', 'f'])).toEqual({ baseline: 1, candidate: 1, preferred: 'tie' });
    expect(creditClicks(list, [])).toEqual({ baseline: 0, candidate: 0, preferred: 'tie' });
  });

  // A known weakness of it: O. Chapelle, T. Joachims, F. Radlinski, Y. Yue (2012), TOIS 30(1).
  test('who clicks anywhere prefers B = bcda to A = abcd where balanced, and neither where drafted', () => {
    const preference = (make: typeof balanced) => {
      let sum = 0;
      for (const seed of SEEDS) {
        const list = make('abcd'.split(''), 'bcda'.split(''), seed);
        for (const { id } of list.items) {
          const { preferred } = creditClicks(list, [id]);
          sum += preferred === 'candidate' ? 1 : preferred === 'baseline' ? -1 : 0;
        }
      }
      return sum / (4 * SEEDS.length);
    };
    expect([preference(balanced), preference(teamDraft)]).toEqual([0.5, 0]);
  });
});

describe.each(KINDS)('%s', (kind, make) => {
  const ranking = fc.array(fc.oneof(fc.integer({ min: 0, max: 15 }), fc.constantFrom('x', 'y', '1')), {
    maxLength: 12,
  });
  const draw = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  const limit = fc.oneof(fc.nat(15), fc.constant(Number.POSITIVE_INFINITY));

  test('has each item once, from the rankings only, up to the limit', () => {
    fc.assert(
      fc.property(ranking, ranking, draw, limit, (a, b, seed, most) => {
        const ids = make(a, b, seed, most).items.map(({ id }) => id);
        const all = new Set([...a, ...b]);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.every((id) => all.has(id))).toBe(true);
        expect(ids.length).toBe(Math.min(most, all.size));
      }),
    );
  });

  test('is the same for the same draw, and a limit only cuts it off', () => {
    fc.assert(
      fc.property(ranking, ranking, draw, limit, (a, b, seed, most) => {
        const whole = make(a, b, seed);
        expect(make(a, b, seed)).toEqual(whole);
        const cut = make(a, b, seed, most).items;
        expect(cut.map(({ id }) => id)).toEqual(whole.items.slice(0, cut.length).map(({ id }) => id));
        expect(cut.filter(({ team }, i) => team !== whole.items[i]?.team)).toEqual([]);
      }),
    );
  });

  test('keeps a common prefix', () => {
    fc.assert(
      fc.property(ranking, ranking, ranking, draw, (prefix, a, b, seed) => {
        const { items } = make([...prefix, ...a], [...prefix, ...b], seed);
        const common = [...new Set(prefix)];
        expect(items.slice(0, common.length).map(({ id }) => id)).toEqual(common);
      }),
    );
  });

  test('says where each item stands in both rankings, and gives the rest of the longer one to nobody', () => {
    fc.assert(
      fc.property(ranking, ranking, draw, (a, b, seed) => {
        const rankIn = (ids: readonly unknown[], id: unknown) => ([...new Set(ids)].indexOf(id) + 1 || null) as unknown;
        const { items } = make(a, b, seed);
        for (const { id, team, baselineRank, candidateRank } of items) {
          expect([baselineRank, candidateRank]).toEqual([rankIn(a, id), rankIn(b, id)]);
          if (team !== null) expect(team === 'baseline' ? baselineRank : candidateRank).not.toBeNull();
        }
        const teams = items.map(({ team }) => team);
        if (teams.includes(null)) expect(teams.slice(teams.indexOf(null)).every((team) => team === null)).toBe(true);
      }),
    );
  });

  test('prefers neither of two identical rankings, whatever is clicked', () => {
    const ids = 'abcdefghij'.split('');
    const wins = { baseline: 0, candidate: 0, tie: 0 };
    const clicks = { baseline: 0, candidate: 0 };
    for (let i = 0; i < 10_000; i += 1) {
      const list = make(ids, ids, hash(`prediction-${i}`));
      // Mostly the top, as users do, and by a draw of its own.
      const clicked = list.items.filter((_, at) => hash(`click-${i}-${at}`) % (at + 2) === 0).map(({ id }) => id);
      const credit = creditClicks(list, clicked);
      wins[credit.preferred] += 1;
      clicks.baseline += credit.baseline;
      clicks.candidate += credit.candidate;
    }
    if (kind === 'balanced') expect(wins).toEqual({ baseline: 0, candidate: 0, tie: 10_000 });
    // Five standard errors of a fair coin.
    const decided = wins.baseline + wins.candidate;
    expect(Math.abs(wins.baseline - wins.candidate)).toBeLessThanOrEqual(5 * Math.sqrt(decided));
    expect(Math.abs(clicks.baseline - clicks.candidate)).toBeLessThan(
      5 * Math.sqrt(clicks.baseline + clicks.candidate),
    );
  });

  test('refuses a click on what was not shown, and a limit that is no length', () => {
    expect(() => creditClicks(make(['a'], ['b'], 1), ['c'])).toThrow(RangeError);
    for (const limitOf of [-1, 1.5, Number.NaN]) expect(() => make(['a'], ['b'], 1, limitOf)).toThrow(RangeError);
  });
});

test('in each round of a draft the teams differ by one at most', () => {
  const ids = fc.uniqueArray(fc.nat(30), { maxLength: 20 });
  fc.assert(
    fc.property(ids, ids, fc.nat(), (a, b, seed) => {
      const picks = { baseline: 0, candidate: 0 };
      for (const { team } of teamDraft(a, b, seed).items) {
        if (team !== null) picks[team] += 1;
        expect(Math.abs(picks.baseline - picks.candidate)).toBeLessThanOrEqual(1);
      }
    }),
  );
});

test('a click on the rest of the longer ranking is nobody’s', () => {
  for (const [, make] of KINDS) {
    const list = make(['a', 'b', 'c', 'd'], ['a', 'b'], 1);
    expect(list.items.map(({ team }) => team === null)).toEqual([false, false, true, true]);
    expect(creditClicks(list, ['d'])).toEqual({ baseline: 0, candidate: 0, preferred: 'tie' });
  }
});
