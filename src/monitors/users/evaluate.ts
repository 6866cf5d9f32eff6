import type { Finding, MonitorOutcome, MonitorRun, MonitorValue } from '../../domain/monitor.js';
import { formatNumber, formatShare } from '../../domain/quantity.js';
import { USER_METRICS, type UserMetric, type UserMonitor } from '../../domain/spec/monitors/users.js';
import type { ServingVersions, VersionFeedback, VersionReturns } from '../../ports/monitor-data.js';
import { fisherExactTest } from '../../stats/comparison/fisher.js';
import { welchOfMoments } from '../../stats/comparison/t-test.js';
import { type Comparison, findingsOf } from '../windows/comparison.js';
import { outcomeOf } from '../windows/outcome.js';

export interface UserRows {
  readonly serving: ServingVersions;
  readonly feedback: readonly VersionFeedback[];
  readonly returns: readonly VersionReturns[];
  readonly window: { readonly since: string; readonly until: string };
}

/** One metric of one version: sums of its values. */
interface Measured {
  readonly metric: UserMetric;
  readonly version: string;
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  /** Sums of values on several scales, or in several currencies, say nothing. */
  readonly scales: number;
}

export function evaluateUsers(
  spec: UserMonitor,
  rows: UserRows,
  run: Pick<MonitorRun, 'service' | 'monitor' | 'at' | 'state'>,
): MonitorOutcome {
  const { baseline, candidate } = rows.serving;
  const all = measure(rows);
  const enough = all.filter(({ count, scales }) => count >= spec.minCount && scales === 1);
  const of = (metric: UserMetric, version: string | null) =>
    enough.find((one) => one.metric === metric && one.version === version);
  const versions = [baseline, ...(candidate === null ? [] : [candidate])];
  const metrics = spec.metrics ?? USER_METRICS.filter((metric) => all.some((one) => one.metric === metric));
  const wanted = [...new Set([...metrics, ...spec.limits.map(({ metric }) => metric)])];
  const comparisons = metrics.flatMap((metric) => {
    const [before, now] = [of(metric, baseline), of(metric, candidate)];
    return before && now ? [compare(now, before, spec)] : [];
  });
  const gaps = wanted.flatMap((metric) =>
    versions.flatMap((version) => (of(metric, version) ? [] : [gap(all, metric, version, spec)])),
  );
  return outcomeOf(run, {
    kind: 'users',
    window: rows.window,
    findings: [
      ...brokenLimits(
        spec,
        versions.flatMap((version) => enough.filter((one) => one.version === version)),
      ),
      ...findingsOf(comparisons, spec.alpha),
    ],
    gaps: wanted.length === 0 ? ['no feedback has come, and no unit was seen'] : gaps,
    values: all.map(valueOf),
    summary: enough.map(sentence).join(', '),
    state: run.state,
  });
}

function measure({ feedback, returns }: UserRows): Measured[] {
  const isKnown = (kind: string): kind is UserMetric => (USER_METRICS as readonly string[]).includes(kind);
  return [
    ...feedback.flatMap(({ kind, ...sums }) => (isKnown(kind) ? [{ metric: kind, ...sums }] : [])),
    ...returns.map(({ version, units, returned }) => ({
      metric: 'returning' as const,
      version,
      count: units,
      sum: returned,
      sumOfSquares: returned,
      scales: 1,
    })),
  ];
}

const isShare = (metric: UserMetric) => metric !== 'rating' && metric !== 'revenue';
const meanOf = ({ sum, count }: Measured) => sum / count;
const format = (metric: UserMetric, value: number) => (isShare(metric) ? formatShare(value) : formatNumber(value));

function valueOf(one: Measured): MonitorValue {
  const { metric, version, count, scales } = one;
  const about = { metric: metric.replace('-', '_'), subject: null, version, samples: count };
  if (scales > 1) return { ...about, value: null, why: mixture(scales) };
  return count === 0 ? { ...about, value: null, why: 'nobody has said anything' } : { ...about, value: meanOf(one) };
}

function mixture(scales: number): string {
  return `values on ${scales} scales, or in as many currencies, have no mean`;
}

function sentence(one: Measured): string {
  return `${one.metric} of ${one.version} ${format(one.metric, meanOf(one))} of ${one.count}`;
}

function gap(all: readonly Measured[], metric: UserMetric, version: string, { minCount }: UserMonitor): string {
  const { count = 0, scales = 1 } = all.find((one) => one.metric === metric && one.version === version) ?? {};
  if (scales > 1) return `${metric} of ${version} (${mixture(scales)})`;
  return `${metric} of ${version} (${count}, ${minCount} are needed)`;
}

function brokenLimits({ limits }: UserMonitor, measured: readonly Measured[]): Finding[] {
  return limits.flatMap(({ metric, min, severity }) =>
    measured
      .filter((one) => one.metric === metric && meanOf(one) < min)
      .map((one) => ({
        key: `users:${metric}:${severity}:${one.version}`,
        severity,
        cause: 'version',
        version: one.version,
        subject: null,
        message: `${sentence(one)}, limit ${format(metric, min)}`,
        value: meanOf(one),
        limit: min,
      })),
  );
}

function compare(now: Measured, before: Measured, { drop, severity }: UserMonitor): Comparison {
  const [is, was] = [meanOf(now), meanOf(before)];
  const least = was - drop * Math.abs(was);
  return {
    p: chanceOfFall(now, before),
    matters: is <= least,
    finding: {
      key: `users:${now.metric}:${now.version}`,
      severity,
      cause: 'version',
      version: now.version,
      subject: null,
      message: `${sentence(now)}, of the baseline ${before.version} ${format(before.metric, was)} of ${before.count}`,
      value: is,
      limit: least,
    },
  };
}

function chanceOfFall(now: Measured, before: Measured): number {
  const countsOf = ({ sum, count }: Measured) => ({ successes: Math.round(sum), trials: count });
  if (isShare(now.metric)) return fisherExactTest(countsOf(now), countsOf(before)).pSmaller;
  const test = welchOfMoments(momentsOf(now), momentsOf(before));
  // Ratings that are all alike on both sides: no test has anything to say about chance.
  if (test.kind === 'no-variance') return test.meanDifference < 0 ? 0 : 1;
  return test.pLess;
}

function momentsOf({ count, sum, sumOfSquares }: Measured) {
  return { n: count, mean: sum / count, m2: Math.max(0, sumOfSquares - (sum * sum) / count) };
}
