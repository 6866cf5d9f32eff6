import type { Finding } from '../../domain/monitor.js';
import { formatMs, formatShare } from '../../domain/quantity.js';
import type { PerformanceMonitor } from '../../domain/spec/monitors/performance.js';
import type { VersionTraffic } from '../../ports/monitor-data.js';
import { fisherExactTest } from '../../stats/comparison/fisher.js';
import { type Counts, share } from '../../stats/comparison/proportion.js';
import { scoreTest } from '../../stats/comparison/score-test.js';
import { normalSf } from '../../stats/distributions/normal.js';
import { countAbove, sketchCount, sketchQuantile } from '../../stats/sketch/latency-sketch.js';
import type { Comparison } from '../windows/comparison.js';

/** Does one fail more of its requests than the other, and is it slower, beyond the margins and beyond chance? */
export function compareTraffic(
  one: VersionTraffic,
  other: VersionTraffic,
  otherName: string,
  cause: Finding['cause'],
  { compare }: PerformanceMonitor,
): Comparison[] {
  const { errorMargin, quantile, latencyMargin, severity } = compare;
  const finding = (key: string, message: string, value: number, limit: number): Finding => ({
    key: `performance:${key}:${one.version}:${cause}`,
    severity,
    cause,
    version: one.version,
    subject: null,
    message,
    value,
    limit,
  });
  const errorsOf = ({ errors, requests }: VersionTraffic) => ({ successes: errors, trials: requests });
  const [mine, theirs] = [share(errorsOf(one)), share(errorsOf(other))];
  const errors: Comparison = {
    p: moreThan(errorsOf(one), errorsOf(other), errorMargin),
    matters: true,
    finding: finding(
      'errors',
      `${one.version} fails ${formatShare(mine)} of ${one.requests} requests, ${otherName} ${formatShare(theirs)} of ${other.requests}, margin ${formatShare(errorMargin)}`,
      mine,
      theirs + errorMargin,
    ),
  };
  if (sketchCount(one.latency) === 0 || sketchCount(other.latency) === 0) return [errors];
  const [myMs, theirMs] = [sketchQuantile(one.latency, quantile), sketchQuantile(other.latency, quantile)];
  const limitMs = theirMs * (1 + latencyMargin);
  // As the guardrail of latency asks it: do more requests take longer than the limit than of the other take longer than its quantile?
  const slow = { successes: countAbove(one.latency, limitMs), trials: sketchCount(one.latency) };
  const usual = { successes: countAbove(other.latency, theirMs), trials: sketchCount(other.latency) };
  const percent = Math.round(quantile * 1000) / 10;
  return [
    errors,
    {
      p: moreThan(slow, usual, 0),
      matters: true,
      finding: finding(
        'latency',
        `${formatShare(share(slow))} of the requests of ${one.version} take over ${formatMs(limitMs)}, ${formatShare(share(usual))} are expected: p${percent} is ${formatMs(myMs)}, of ${otherName} ${formatMs(theirMs)}`,
        myMs,
        limitMs,
      ),
    },
  ];
}

/** With fewer of either kind the normal approximation is no good in its far tail. */
const LEAST_EACH = 10;

/** Chance of so many where one's share exceeds the other's by no more than the margin. */
function moreThan(one: Counts, other: Counts, margin: number): number {
  const rare = [one, other].some(({ successes, trials }) => Math.min(successes, trials - successes) < LEAST_EACH);
  const score = scoreTest(one, other, margin);
  const normal = score === null ? 1 : normalSf(score.z);
  // Exact at margin 0, which is the easier of the two to exceed.
  return rare ? Math.max(normal, fisherExactTest(one, other).pLarger) : normal;
}
