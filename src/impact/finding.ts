import type { ImpactEstimate, ImpactMethod, MethodFinding } from '../domain/impact-report.js';
import type { Contrast } from '../stats/impact/segmented-regression.js';
import { formatChange, formatInterval, type Unit } from './words.js';

/** What all methods are asked about one metric. */
export interface Question {
  readonly metric: string;
  readonly goal: 'increase' | 'decrease';
  readonly unit: Unit;
  /** The chance of a false claim that this method has. */
  readonly alpha: number;
}

type Rest = Pick<MethodFinding, 'samples' | 'assumptions'>;

/** Sums of squares of numbers beyond 1e150 are not finite, nor is what is made of them. */
const TOO_LARGE = 'some of its numbers are too large to be reckoned with';

/**
 * @param lead how the effect was found, for its line
 * @returns unknown where no finite effect and interval came of it, which is not "no change"
 */
export function findingOf(
  question: Question,
  method: ImpactMethod,
  found: {
    readonly mean: ImpactEstimate;
    readonly end: ImpactEstimate | null;
    readonly pValue: number | null;
    readonly lead: string;
  },
  rest: Rest,
): MethodFinding {
  const { metric, goal, unit, alpha } = question;
  const { pValue, lead } = found;
  const [mean, end] = [finiteEstimate(found.mean), finiteEstimate(found.end)];
  if (mean === null || Number.isNaN(pValue)) return unknown(question, method, TOO_LARGE, rest.samples);
  const [low, high] = mean.interval;
  const rises = low > 0;
  const falls = high < 0;
  const says = !rises && !falls ? 'no-change' : rises === (goal === 'increase') ? 'better' : 'worse';
  const percent = Math.round(1000 * (1 - alpha)) / 10;
  const reason = `${metric}, ${lead}: ${formatChange(mean.effect, unit, mean.relative)} (${percent} % interval ${formatInterval(mean.interval, unit)})`;
  return { method, says, reason, mean, end, pValue, alpha, ...rest };
}

function finiteEstimate(estimate: ImpactEstimate | null): ImpactEstimate | null {
  if (estimate === null) return null;
  const { effect, interval, relative, relativeInterval } = estimate;
  if (![effect, ...interval].every(Number.isFinite)) return null;
  return [relative, ...(relativeInterval ?? [])].every(Number.isFinite)
    ? estimate
    : { effect, interval, relative: null, relativeInterval: null };
}

export function unknown(
  { metric, alpha }: Question,
  method: ImpactMethod,
  why: string,
  samples: Rest['samples'],
): MethodFinding {
  const reason = `${metric}, ${METHOD_NAMES[method]}: ${why}`;
  return { method, says: 'unknown', reason, mean: null, end: null, pValue: null, alpha, samples, assumptions: [] };
}

export const METHOD_NAMES: Readonly<Record<ImpactMethod, string>> = {
  holdback: 'holdback read-out',
  difference: 'difference in differences',
  regression: 'segmented regression',
};

/** @param relative of the same contrast; null where it has none */
export function estimateOf(contrast: Contrast, relative: Contrast | null): ImpactEstimate {
  return {
    effect: contrast.estimate,
    interval: contrast.interval,
    relative: relative?.estimate ?? null,
    relativeInterval: relative?.interval ?? null,
  };
}

/** Relative to a value that is taken as known. */
export function estimateAgainst(
  { estimate, interval }: Pick<Contrast, 'estimate' | 'interval'>,
  without: number,
): ImpactEstimate {
  const part = (v: number) => v / Math.abs(without);
  // A part of the infinite is 0, which would rule out any harm.
  const isKnown = without !== 0 && Number.isFinite(without);
  return {
    effect: estimate,
    interval,
    relative: isKnown ? part(estimate) : null,
    relativeInterval: isKnown ? [part(interval[0]), part(interval[1])] : null,
  };
}
