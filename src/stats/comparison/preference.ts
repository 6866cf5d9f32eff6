import { betaQuantile } from '../distributions/beta.js';
import { binomialUpper } from '../distributions/binomial.js';
import { requireCount, requireProbability } from '../sample/sample.js';
import { wilsonInterval } from './proportion.js';

/** Outcomes of paired comparisons: a won, b won, neither. */
export interface Outcomes {
  readonly wins: number;
  readonly losses: number;
  readonly ties: number;
}

export interface Preference {
  readonly kind: 'tested';
  /** Two-sided sign test, ties dropped. */
  readonly pValue: number;
  readonly winShare: number;
  readonly wilson: [number, number];
  /** Clopper-Pearson: never below its stated coverage. */
  readonly exact: [number, number];
  /** (wins + ties / 2) / all - 1/2, in -1/2..1/2. */
  readonly preference: number;
  readonly z: number;
}

/** Only ties, or nothing at all. */
export interface NoPreference {
  readonly kind: 'insufficient';
  readonly preference: 0;
}

/**
 * Which of two rankers (models) do users prefer, from paired outcomes, for instance of interleaving.
 * Source: O. Chapelle, T. Joachims, F. Radlinski, Y. Yue (2012), ACM TOIS 30(1), article 6; C. Clopper, E. Pearson (1934), Biometrika 26:404-413.
 * Oracle: test/stats/oracles/interleaving.json.
 * @throws {RangeError} for negative or fractional counts
 */
export function preferenceTest({ wins, losses, ties }: Outcomes, confidence = 0.95): Preference | NoPreference {
  requireCount(wins, 'wins');
  requireCount(losses, 'losses');
  requireCount(ties, 'ties');
  requireProbability(confidence, 'confidence');
  const decided = wins + losses;
  if (decided === 0) return { kind: 'insufficient', preference: 0 };
  return {
    kind: 'tested',
    pValue: signTestP(wins, losses),
    winShare: wins / decided,
    wilson: wilsonInterval({ successes: wins, trials: decided }, confidence),
    exact: exactInterval(wins, decided, confidence),
    preference: (wins + ties / 2) / (decided + ties) - 1 / 2,
    z: (wins - losses) / Math.sqrt(decided),
  };
}

/** Two-sided sign test: twice the smaller tail of the symmetric binomial. */
export function signTestP(wins: number, losses: number): number {
  return Math.min(1, 2 * binomialUpper(Math.max(wins, losses), wins + losses, 0.5));
}

function exactInterval(successes: number, trials: number, confidence: number): [number, number] {
  const tail = (1 - confidence) / 2;
  return [
    successes === 0 ? 0 : betaQuantile(tail, successes, trials - successes + 1),
    successes === trials ? 1 : betaQuantile(1 - tail, successes + 1, trials - successes),
  ];
}
