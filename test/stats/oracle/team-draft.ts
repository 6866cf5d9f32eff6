import { requireCount } from '../../../src/stats/sample/sample.js';

type Team = 'A' | 'B';

export interface Interleaved {
  readonly list: string[];
  /** Which ranker each place of the list is credited to. */
  readonly teams: Team[];
}

/**
 * Team-draft interleaving of two rankings: like captains, both pick their best item that is still free; who has fewer picks first, by coin
 * where even. A ranker that has run out passes its pick to the other.
 * Source: F. Radlinski, M. Kurup, T. Joachims (2008), CIKM, 43-52. Oracle: test/stats/oracles/interleaving.json (team_draft).
 * @param length of the list, at most
 * @param coin true where A picks first; called only while both have equally many picks
 */
export function teamDraft(
  a: readonly string[],
  b: readonly string[],
  length: number,
  coin: () => boolean,
): Interleaved {
  requireCount(length, 'length');
  const [list, teams]: [string[], Team[]] = [[], []];
  const taken = new Set<string>();
  const picks = { A: 0, B: 0 };
  const best = (ranking: readonly string[]) => ranking.find((item) => !taken.has(item));
  while (list.length < length) {
    const [fromA, fromB] = [best(a), best(b)];
    if (fromA === undefined && fromB === undefined) break;
    const turn: Team = picks.A === picks.B ? (coin() ? 'A' : 'B') : picks.A < picks.B ? 'A' : 'B';
    const team: Team = turn === 'A' ? (fromA === undefined ? 'B' : 'A') : fromB === undefined ? 'A' : 'B';
    const item = (team === 'A' ? fromA : fromB) as string;
    taken.add(item);
    list.push(item);
    teams.push(team);
    picks[team] += 1;
  }
  return { list, teams };
}

export interface Credit {
  readonly A: number;
  readonly B: number;
  readonly outcome: Team | 'tie';
}

/** Clicks go to the team that picked the place. @throws {RangeError} for a click outside the list */
export function creditClicks({ teams }: Interleaved, clicks: readonly number[]): Credit {
  const credit = { A: 0, B: 0 };
  for (const place of clicks) {
    const team = teams[place];
    if (team === undefined) throw new RangeError(`click on place ${place}; the list has ${teams.length}`);
    credit[team] += 1;
  }
  return { ...credit, outcome: credit.A === credit.B ? 'tie' : credit.A > credit.B ? 'A' : 'B' };
}
