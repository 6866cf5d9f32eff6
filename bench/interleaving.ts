import { criticalDistance, type Difference, differenceOf, pValueOf } from '../src/experiment/difference.js';
import { creditClicks, teamDraft } from '../src/routing/interleave.js';
import { momentsOf, seededRandom, varianceOf } from '../src/stats/index.js';
import { printTable } from './table.js';

/**
 * How many users does it take to tell two rankers apart, by clicks on merged lists and by an A/B test of clicks? Users look down a list, click on what
 * they find relevant, and stop more likely after a click (the cascade model: N. Craswell et al. (2008), WSDM, 87-94). Both are judged by the same test at
 * the same alpha. Everything follows from the seed.
 */
const SEED = 20261121;
const RUNS = Number(process.env.RUNS ?? 1000);
const USERS = Number(process.env.USERS ?? 150_000);
const ITEMS = 20;
const LENGTH = 10;
const QUERIES = 3;
const ALPHA = 0.05;
const POWER = 0.8;
/** Of each run with rankers that are the same. */
const AA_USERS = 300;

/** Noise that a ranker adds to the true relevance before it sorts: the more, the worse. */
interface Rankers {
  readonly name: string;
  readonly baseline: number;
  readonly candidate: number;
}

const PAIRS: readonly Rankers[] = [
  { name: 'much better', baseline: 1, candidate: 0.5 },
  { name: 'better', baseline: 1, candidate: 0.75 },
  { name: 'slightly better', baseline: 1, candidate: 0.9 },
  { name: 'the same', baseline: 1, candidate: 1 },
];

type Random = () => number;

function gauss(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

interface Query {
  /** Chance that an item is clicked once it is looked at. */
  readonly appeal: readonly number[];
  readonly baseline: readonly number[];
  readonly candidate: readonly number[];
}

function drawQuery({ baseline, candidate }: Rankers, random: Random): Query {
  const relevance = Array.from({ length: ITEMS }, () => gauss(random));
  const ranked = (noise: number) => {
    const scores = relevance.map((value) => value + noise * gauss(random));
    return [...scores.keys()].sort((a, b) => (scores[b] as number) - (scores[a] as number)).slice(0, LENGTH);
  };
  return {
    appeal: relevance.map((value) => 0.6 / (1 + Math.exp(2 - 1.5 * value))),
    baseline: ranked(baseline),
    candidate: ranked(candidate),
  };
}

function clicksOn(list: readonly number[], appeal: readonly number[], random: Random): number[] {
  const clicks: number[] = [];
  for (const item of list) {
    const isClicked = random() < (appeal[item] as number);
    if (isClicked) clicks.push(item);
    if (random() < (isClicked ? 0.4 : 0.1)) break;
  }
  return clicks;
}

/** A user's clicks in a session. */
function clicksOfUser(rankers: Rankers, arm: 'baseline' | 'candidate', random: Random): number {
  let total = 0;
  for (let k = 0; k < QUERIES; k += 1) {
    const query = drawQuery(rankers, random);
    total += clicksOn(query[arm], query.appeal, random).length;
  }
  return total;
}

/** A user's score, as `analyseInterleaving` has it: half of the mean sign over lists with a click; null without any. */
function preferenceOfUser(rankers: Rankers, random: Random): number | null {
  let [sum, lists] = [0, 0];
  for (let k = 0; k < QUERIES; k += 1) {
    const query = drawQuery(rankers, random);
    const merged = teamDraft(query.baseline, query.candidate, Math.floor(random() * 2 ** 32), LENGTH);
    const list = merged.items.map(({ id }) => id);
    const clicks = clicksOn(list, query.appeal, random);
    if (clicks.length === 0) continue;
    const credit = creditClicks(merged, clicks);
    sum += Math.sign(credit.candidate - credit.baseline) / 2;
    lists += 1;
  }
  return lists === 0 ? null : sum / lists;
}

/** Users of each kind that were simulated; runs draw from them, with replacement. */
interface Pools {
  readonly baseline: readonly number[];
  readonly candidate: readonly number[];
  /** Of users who met merged lists; those without a click have no vote. */
  readonly merged: readonly (number | null)[];
}

function simulateUsers(rankers: Rankers, random: Random): Pools {
  const many = <T>(user: () => T) => Array.from({ length: USERS }, user);
  return {
    baseline: many(() => clicksOfUser(rankers, 'baseline', random)),
    candidate: many(() => clicksOfUser(rankers, 'candidate', random)),
    merged: many(() => preferenceOfUser(rankers, random)),
  };
}

function votesOf(scores: readonly (number | null)[]): number[] {
  return scores.filter((score) => score !== null);
}

function clicksCompared(baseline: readonly number[], candidate: readonly number[]): Difference | null {
  const arm = (values: readonly number[]) => {
    const moments = momentsOf(values);
    return { units: values.length, value: moments.mean, adjusted: moments.mean, variance: varianceOf(moments) };
  };
  return differenceOf({ baseline: arm(baseline), candidate: arm(candidate) }, 'absolute');
}

function preferred(scores: readonly (number | null)[]): Difference | null {
  const votes = votesOf(scores);
  if (votes.length < 2) return null;
  const moments = momentsOf(votes);
  const standardError = Math.sqrt(varianceOf(moments) / votes.length);
  return standardError > 0 ? { value: moments.mean, standardError, df: votes.length - 1, units: votes.length } : null;
}

/** Users, both arms together, of whom so few tell with the power asked for; null where the pool shows no gain. */
function usersFor(difference: Difference | null, users: number): number | null {
  if (difference === null || difference.value <= difference.standardError) return null;
  const perUser = difference.value / difference.standardError / Math.sqrt(users);
  return Math.ceil((criticalDistance({ kind: 'fixed' }, ALPHA, POWER, users) / perUser) ** 2);
}

/** Share of the runs that find a difference; `better` alone where one is there. */
function foundIn(run: () => Difference | null): { better: number; any: number } {
  const found = { better: 0, any: 0 };
  for (let k = 0; k < RUNS; k += 1) {
    const difference = run();
    if (difference === null || pValueOf(difference, { kind: 'fixed' }, ALPHA) > ALPHA) continue;
    found.any += 1;
    if (difference.value > 0) found.better += 1;
  }
  return { better: found.better / RUNS, any: found.any / RUNS };
}

// Without a sign on nothing.
const percent = (share: number) => `${(Math.round(1000 * share) / 10 + 0).toFixed(1)} %`;
const random = seededRandom(SEED);
const some = <T>(pool: readonly T[], n: number) =>
  Array.from({ length: n }, () => pool[Math.floor(random() * pool.length)] as T);

function row(rankers: Rankers): string[] {
  const pools = simulateUsers(rankers, random);
  const [clicks, votes] = [clicksCompared(pools.baseline, pools.candidate), preferred(pools.merged)];
  const isSame = rankers.baseline === rankers.candidate;
  const abUsers = isSame ? AA_USERS : usersFor(clicks, 2 * USERS);
  const mergedUsers = isSame ? AA_USERS : usersFor(votes, USERS);
  const half = Math.ceil((abUsers ?? 0) / 2);
  const ab = foundIn(() => clicksCompared(some(pools.baseline, half), some(pools.candidate, half)));
  const merged = foundIn(() => preferred(some(pools.merged, mergedUsers ?? 0)));
  const ratio = isSame || abUsers === null || mergedUsers === null ? '-' : (abUsers / mergedUsers).toFixed(1);
  return [
    rankers.name,
    percent((clicks?.value ?? 0) / momentsOf(pools.baseline).mean),
    String(abUsers ?? '-'),
    percent(isSame ? ab.any : ab.better),
    (votes?.value ?? 0).toFixed(4),
    String(mergedUsers ?? '-'),
    percent(isSame ? merged.any : merged.better),
    ratio,
  ];
}

console.log(
  `${USERS} users a ranker and method, ${RUNS} runs drawn from them, seed ${SEED}; ${QUERIES} queries a user, ${LENGTH} of ${ITEMS} items; ` +
    `two-sided alpha ${ALPHA}, power ${POWER}. Of rankers that are the same: how many runs name a difference.\n`,
);
printTable(
  ['candidate', 'clicks', 'A/B: users', 'found', 'preference', 'merged lists: users', 'found', 'times fewer'],
  PAIRS.map(row),
);
