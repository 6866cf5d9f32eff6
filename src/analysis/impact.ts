import { METRIC_TABLE } from '../domain/metric.js';
import { formatMs, formatShare } from '../domain/quantity.js';
import type { Evidence, Verdict } from '../domain/verdict.js';
import type { Measurement } from '../ports/metric-source.js';
import { newcombeInterval, share } from '../stats/comparison/proportion.js';
import { sketchCount, sketchQuantile } from '../stats/sketch/latency-sketch.js';

/** Fewer than this on either side of the cutover decides nothing. */
const MIN_SAMPLES = 50;
const ALPHA = 0.05;

/**
 * Compares a metric after the cutover with the benchmark before the rollout. `fail` means it became worse beyond chance:
 * of shares, the 95 % Newcombe interval excludes "no change" on the harmful side. Latency quantiles are shown, and judged
 * only by whether there is data: a before/after comparison of latency without a concurrent baseline blames the weather.
 */
export function judgeImpact(metric: keyof typeof METRIC_TABLE, before: Measurement, after: Measurement): Evidence {
  const q = Number(metric.replace(/^\D+/, '')) / 100;
  const arm = (m: Measurement) => {
    if (m.kind === 'proportion')
      return { samples: m.value.trials, value: m.value.trials === 0 ? null : share(m.value) };
    if (m.kind === 'categories') throw new TypeError(`${metric}: categories have no before/after value`);
    const samples = sketchCount(m.counts);
    return { samples, value: samples === 0 ? null : sketchQuantile(m.counts, q) };
  };
  const [baseline, candidate] = [arm(before), arm(after)];
  const frame = { metric, baseline, candidate, margin: 0, rule: 'before-after', alpha: ALPHA, dryRun: false };
  if (
    baseline.value === null ||
    candidate.value === null ||
    Math.min(baseline.samples, candidate.samples) < MIN_SAMPLES
  )
    return {
      ...frame,
      verdict: 'inconclusive',
      reason: `${metric}: ${baseline.samples} samples before and ${candidate.samples} after; at least ${MIN_SAMPLES} each are needed`,
      difference: null,
      bound: null,
    };

  const difference = candidate.value - baseline.value;
  if (before.kind !== 'proportion' || after.kind !== 'proportion')
    return {
      ...frame,
      verdict: 'pass',
      reason: `${metric}: ${formatMs(baseline.value)} before, ${formatMs(candidate.value)} after (shown, not judged)`,
      difference,
      bound: null,
    };
  const [low, high] = newcombeInterval(after.value, before.value, 1 - ALPHA);
  const worse = METRIC_TABLE[metric].harm === 'decrease' ? high < 0 : low > 0;
  const verdict: Verdict = worse ? 'fail' : 'pass';
  const reason =
    `${metric}: ${formatShare(baseline.value)} of ${baseline.samples} before, ${formatShare(candidate.value)} of ` +
    `${candidate.samples} after; change ${formatShare(low)} to ${formatShare(high)}${worse ? ', worse beyond chance' : ''}`;
  return { ...frame, verdict, reason, difference, bound: METRIC_TABLE[metric].harm === 'decrease' ? high : low };
}
