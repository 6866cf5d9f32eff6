import { requireCount, requireProbability } from '../sample/sample.js';

/** A difference, and the variance of that estimate (its squared standard error). */
export interface EstimatedDifference {
  readonly difference: number;
  readonly variance: number;
}

/**
 * Mixture sequential probability ratio test (mSPRT) with a normal mixture of variance `tau2` over the effects looked for: valid at any
 * look. Its likelihood ratio against "no difference" exceeds 1/alpha with probability at most alpha over all looks together.
 * Source: R. Johari, P. Koomen, L. Pekelis, D. Walsh (2017), KDD, 1517-1525, eq. 5 and 9. Oracle: test/stats/oracles/sequential.json (msprt).
 * @param tau2 > 0, the square of a typical effect
 * @returns ln of the likelihood ratio
 */
export function logLikelihoodRatio({ difference, variance }: EstimatedDifference, tau2: number): number {
  assertMixture(variance, tau2);
  const total = variance + tau2;
  return (Math.log(variance / total) + (tau2 * difference ** 2) / (variance * total)) / 2;
}

/** Always-valid p-value of one look; carry the smallest so far to the next. */
export function alwaysValidP(estimate: EstimatedDifference, tau2: number): number {
  return Math.min(1, Math.exp(-logLikelihoodRatio(estimate, tau2)));
}

/** Half-width of the confidence sequence that belongs to the test. */
export function mixtureHalfwidth(variance: number, tau2: number, alpha: number): number {
  assertMixture(variance, tau2);
  requireProbability(alpha, 'alpha');
  const total = variance + tau2;
  return Math.sqrt(((2 * variance * total) / tau2) * (-Math.log(alpha) + Math.log(total / variance) / 2));
}

function assertMixture(variance: number, tau2: number): void {
  if (!(variance > 0 && variance < Number.POSITIVE_INFINITY))
    throw new RangeError(`variance ${variance} is not a finite number > 0`);
  if (!(tau2 > 0 && tau2 < Number.POSITIVE_INFINITY)) throw new RangeError(`tau2 ${tau2} is not a finite number > 0`);
}

/** Sufficient statistics of two arms of yes/no outcomes, and the smallest p so far: all that a workflow has to carry. */
export interface MixtureState {
  readonly control: { readonly successes: number; readonly trials: number };
  readonly treatment: { readonly successes: number; readonly trials: number };
  readonly p: number;
}

export const MIXTURE_START: MixtureState = {
  control: { successes: 0, trials: 0 },
  treatment: { successes: 0, trials: 0 },
  p: 1,
};

/** Adds a batch to each arm and looks once. While neither arm varies there is nothing to test, and p stays. */
export function lookAtProportions(
  state: MixtureState,
  batch: Pick<MixtureState, 'control' | 'treatment'>,
  tau2: number,
): MixtureState {
  const add = (arm: 'control' | 'treatment') => ({
    successes: state[arm].successes + batch[arm].successes,
    trials: state[arm].trials + batch[arm].trials,
  });
  const [control, treatment] = [add('control'), add('treatment')];
  const variance = varianceOfShare(control) + varianceOfShare(treatment);
  if (!(variance > 0)) return { control, treatment, p: state.p };
  const difference = treatment.successes / treatment.trials - control.successes / control.trials;
  return { control, treatment, p: Math.min(state.p, alwaysValidP({ difference, variance }, tau2)) };
}

function varianceOfShare({ successes, trials }: { successes: number; trials: number }): number {
  if (trials === 0) return Number.NaN;
  const share = successes / trials;
  return (share * (1 - share)) / trials;
}

export interface WaldTest {
  readonly logLikelihoodRatio: number;
  readonly upper: number;
  readonly lower: number;
  /** What becomes of p0. */
  readonly decision: 'reject' | 'accept' | 'continue';
}

/**
 * Wald's sequential test of a share p1 against p0, both fixed beforehand.
 * Source: A. Wald (1945), Annals of Mathematical Statistics 16(2):117-186. Oracle: sequential.json (sprt_bernoulli).
 * @throws {RangeError} unless successes are a count in 0..trials, and alpha + beta < 1, beyond which the bounds change sides
 */
export function waldTest(
  successes: number,
  trials: number,
  plan: { readonly p0: number; readonly p1: number; readonly alpha: number; readonly beta: number },
): WaldTest {
  for (const [name, value] of Object.entries(plan)) requireProbability(value, name);
  requireCount(successes, 'successes');
  requireCount(trials, 'trials', successes);
  const { p0, p1, alpha, beta } = plan;
  requireProbability(alpha + beta, 'alpha + beta');
  const llr = successes * Math.log(p1 / p0) + (trials - successes) * Math.log((1 - p1) / (1 - p0));
  const upper = Math.log((1 - beta) / alpha);
  const lower = Math.log(beta / (1 - alpha));
  const decision = llr >= upper ? 'reject' : llr <= lower ? 'accept' : 'continue';
  return { logLikelihoodRatio: llr, upper, lower, decision };
}
