import type { HypothesisOutcome, MetricImpact } from '../domain/impact-report.js';

/** What was registered before the rollout began. */
export interface Expectation {
  readonly metric: string;
  readonly direction: 'increase' | 'decrease';
  /** The least change, as a part of what would have been; absent: any. */
  readonly effect?: number | undefined;
}

/** Against the strongest method that has an interval. */
export function judgeHypothesis(
  expected: Expectation,
  metrics: readonly MetricImpact[],
  isFinal: boolean,
): HypothesisOutcome {
  const { metric, direction, effect = 0 } = expected;
  const least = effect === 0 ? '' : ` by at least ${percent(effect)}`;
  const statement = `${metric} will ${direction}${least}`;
  const found = metrics.find((one) => one.metric === metric);
  const said = found?.findings.find(({ mean }) => mean?.relativeInterval);
  const interval = said?.mean?.relativeInterval;
  if (found === undefined || said === undefined || !interval)
    return { statement, outcome: 'undecided', reason: `${metric} has no interval of its relative change` };
  const [low, high] = direction === 'increase' ? interval : [-interval[1], -interval[0]];
  const words = `the change is ${percent(interval[0])} to ${percent(interval[1])}`;
  const hasMoved = found.verdict === 'improved' || found.verdict === 'harmed';
  if (hasMoved && low > 0 && high >= effect) {
    const isSure = low >= effect;
    return {
      statement,
      outcome: 'confirmed',
      reason: `${words}: ${isSure ? 'all of it is' : 'it is in the direction, and may be'} as large as expected`,
    };
  }
  if (high < effect || high <= 0) return { statement, outcome: 'refuted', reason: `${words}: less than expected` };
  return { statement, outcome: 'undecided', reason: `${words}${isFinal ? '' : ' so far'}` };
}

function percent(part: number): string {
  return `${Math.round(1000 * part) / 10} %`.replace('-', '−');
}
