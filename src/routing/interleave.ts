import type { InterleavingMethod } from '../domain/route.js';
import { seededCoin } from './seeded-coin.js';

export type ItemId = string | number;
type Team = 'baseline' | 'candidate';

interface InterleavedItem<Id extends ItemId> {
  readonly id: Id;
  /** Whose pick the item was; null for the rest of the longer ranking, once the other has nothing left to set against it. */
  readonly team: Team | null;
  /** Place in the baseline's and the candidate's ranking, from 1; null where that has not got the item. */
  readonly baselineRank: number | null;
  readonly candidateRank: number | null;
}

export interface Interleaved<Id extends ItemId> {
  readonly kind: InterleavingMethod;
  readonly items: readonly InterleavedItem<Id>[];
}

/** Distinct items clicked that speak for each ranking. */
export interface ClickCredit {
  readonly baseline: number;
  readonly candidate: number;
  readonly preferred: Team | 'tie';
}

/**
 * Team-draft interleaving: like captains, both rankings pick their best item that is still free, and a coin says in each round who
 * picks first. Source: F. Radlinski, M. Kurup, T. Joachims (2008), CIKM, 43-52, algorithm 2.
 * @param baseline, candidate rankings, best first; a repeated item counts where it stands first
 * @param draw an integer, such as the hash of the prediction's id: the same one gives the same list
 * @param limit of the list's length
 */
export function teamDraft<Id extends ItemId>(
  baseline: readonly Id[],
  candidate: readonly Id[],
  draw: number,
  limit = Number.POSITIVE_INFINITY,
): Interleaved<Id> {
  const coin = seededCoin(draw);
  const [orders, teams] = begin(baseline, candidate, limit);
  const best = { baseline: bestFree(orders.baseline, teams), candidate: bestFree(orders.candidate, teams) };
  const picks = { baseline: 0, candidate: 0 };
  while (teams.size < limit && best.baseline() !== undefined && best.candidate() !== undefined) {
    const isBaselines = picks.baseline === picks.candidate ? coin() : picks.baseline < picks.candidate;
    const team = isBaselines ? 'baseline' : 'candidate';
    teams.set(best[team]() as Id, team);
    picks[team] += 1;
  }
  return { kind: 'team-draft', items: finish(orders, teams, limit) };
}

/**
 * Balanced interleaving: one coin says whose item goes first at every rank, then both rankings are walked down in step, so that
 * each prefix of the list holds prefixes of both that are equally deep, to within one.
 * Source: T. Joachims (2003), Text Mining, 79-96; as algorithm 1 in Radlinski et al. (2008).
 * @param draw, limit as in `teamDraft`
 */
export function balanced<Id extends ItemId>(
  baseline: readonly Id[],
  candidate: readonly Id[],
  draw: number,
  limit = Number.POSITIVE_INFINITY,
): Interleaved<Id> {
  const order: readonly Team[] = seededCoin(draw)() ? ['baseline', 'candidate'] : ['candidate', 'baseline'];
  const [orders, teams] = begin(baseline, candidate, limit);
  const depth = Math.min(orders.baseline.length, orders.candidate.length);
  for (let at = 0; at < depth; at += 1)
    for (const team of order) {
      const id = orders[team][at] as Id;
      if (teams.size < limit && !teams.has(id)) teams.set(id, team);
    }
  return { kind: 'balanced', items: finish(orders, teams, limit) };
}

/**
 * Team draft: a click speaks for the team that picked the item. Balanced: with k the rank at which the lowest clicked item stands in the
 * ranking that has it higher, a click speaks for each ranking that has the item among its first k. Sources: as above.
 * Items without a team speak for nobody.
 * @param clicked in any order; a repeated click counts once
 * @throws {RangeError} for an item that is not on the list
 */
export function creditClicks<Id extends ItemId>(
  { kind, items }: Interleaved<Id>,
  clicked: readonly NoInfer<Id>[],
): ClickCredit {
  const ids = new Set(clicked);
  const listed = new Set(items.map(({ id }) => id));
  for (const id of ids)
    if (!listed.has(id)) throw new RangeError(`click on "${id}", which is none of the list's ${items.length} items`);
  const hits = items.filter(({ id, team }) => team !== null && ids.has(id));
  const lowest = hits.at(-1);
  const depth = lowest === undefined ? 0 : Math.min(rankOf(lowest, 'baseline'), rankOf(lowest, 'candidate'));
  const count = (team: Team) =>
    hits.filter((hit) => (kind === 'balanced' ? rankOf(hit, team) <= depth : hit.team === team)).length;
  const [forBaseline, forCandidate] = [count('baseline'), count('candidate')];
  const leader = forBaseline > forCandidate ? 'baseline' : 'candidate';
  return { baseline: forBaseline, candidate: forCandidate, preferred: forBaseline === forCandidate ? 'tie' : leader };
}

function rankOf(item: InterleavedItem<ItemId>, team: Team): number {
  return (team === 'baseline' ? item.baselineRank : item.candidateRank) ?? Number.POSITIVE_INFINITY;
}

type Orders<Id> = Readonly<Record<Team, readonly Id[]>>;
/** The list in the making, in its order, and whose pick each item was. */
type Teams<Id> = Map<Id, Team | null>;

function begin<Id extends ItemId>(
  baseline: readonly Id[],
  candidate: readonly Id[],
  limit: number,
): [Orders<Id>, Teams<Id>] {
  if (!(limit >= 0 && (Number.isInteger(limit) || limit === Number.POSITIVE_INFINITY)))
    throw new RangeError(`limit ${limit} is no integer >= 0`);
  return [{ baseline: [...new Set(baseline)], candidate: [...new Set(candidate)] }, new Map()];
}

/** The best item of a ranking that is not on the list yet. Items are never freed, so it looks at each of them once. */
function bestFree<Id extends ItemId>(order: readonly Id[], taken: ReadonlyMap<Id, unknown>): () => Id | undefined {
  let at = 0;
  return () => {
    while (at < order.length && taken.has(order[at] as Id)) at += 1;
    return order[at];
  };
}

/** Fills the list up from the longer ranking, for nobody's credit: its users are to see as long a list as they are used to. */
function finish<Id extends ItemId>(orders: Orders<Id>, teams: Teams<Id>, limit: number): InterleavedItem<Id>[] {
  for (const id of [...orders.baseline, ...orders.candidate])
    if (teams.size < limit && !teams.has(id)) teams.set(id, null);
  const ranks = (order: readonly Id[]) => new Map(order.map((id, at) => [id, at + 1]));
  const [inBaseline, inCandidate] = [ranks(orders.baseline), ranks(orders.candidate)];
  return [...teams].map(([id, team]) => ({
    id,
    team,
    baselineRank: inBaseline.get(id) ?? null,
    candidateRank: inCandidate.get(id) ?? null,
  }));
}
