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

/** @param lead how the effect was found, for its line */
export function findingOf(
  { metric, goal, unit, alpha }: Question,
  method: ImpactMethod,
  found: {
    readonly mean: ImpactEstimate;
    readonly end: ImpactEstimate | null;
    readonly pValue: number | null;
    readonly lead: string;
  },
  rest: Rest,
): MethodFinding {
  const { mean, end, pValue, lead } = found;
  const [low, high] = mean.interval;
  const rises = low > 0;
  const falls = high < 0;
  const says = !rises && !falls ? 'no-change' : rises === (goal === 'increase') ? 'better' : 'worse';
  const percent = Math.round(1000 * (1 - alpha)) / 10;
  const reason = `${metric}, ${lead}: ${formatChange(mean.effect, unit, mean.relative)} (${percent} % interval ${formatInterval(mean.interval, unit)})`;
  return { method, says, reason, mean, end, pValue, alpha, ...rest };
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
  return {
    effect: estimate,
    interval,
    relative: without === 0 ? null : part(estimate),
    relativeInterval: without === 0 ? null : [part(interval[0]), part(interval[1])],
  };
}
