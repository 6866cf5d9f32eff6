import { BROKEN_BASELINE_SHARE } from '../analysis/proportion-guardrail.js';
import { guardrailName } from '../domain/guardrail-name.js';
import { METRIC_TABLE } from '../domain/metric.js';
import { formatMs, formatShare } from '../domain/quantity.js';
import type { Guardrail, MetricGuardrail } from '../domain/spec/guardrail.js';
import { RELATIVE_ERROR, sketchCount, sketchQuantile } from '../stats/sketch/latency-sketch.js';
import { type ArmSizes, detectableShare, isDetectable, type ShareTest } from './power.js';
import type { Detectable, PlannedGuardrail } from './rollout-plan.js';
import type { PlanTraffic } from './traffic.js';

/** Harm beyond the margin that must not pass unseen: one request in ten. A step that can't find that much finds nothing of use. */
export const USEFUL_SHARE = 0.1;
/** Where nobody has measured it: an ordinary service. */
const ASSUMED_ERROR_RATE = 0.005;

/** A guardrail at one weight. */
export interface GuardrailQuestion {
  readonly guardrail: Guardrail;
  readonly alpha: number;
  readonly hasSegments: boolean;
  readonly traffic: PlanTraffic;
  /** Requests of both arms; null where they are not known. */
  readonly requests: ArmSizes | null;
}

/** Readings that a request gives; null where nobody knows. */
export function readingsPerRequest(
  { metric }: MetricGuardrail,
  { shares, labels, source }: PlanTraffic,
): number | null {
  if (METRIC_TABLE[metric].of === 'request') return 1;
  if (METRIC_TABLE[metric].of === 'prediction') return labels?.perRequest ?? (source === 'given' ? 1 : null);
  return shares[metric]?.perRequest ?? null;
}

/** Readings of the smaller arm before a guardrail says anything; null where it takes no samples. */
export function samplesForVerdict(guardrail: Guardrail): number | null {
  if (!isTested(guardrail)) return null;
  const { minSamples, sequential } = guardrail;
  return Math.max(minSamples, sequential ? Math.ceil(sequential.samples / sequential.looks) : 0);
}

export function isTested(guardrail: Guardrail): guardrail is MetricGuardrail {
  return guardrail.metric !== 'kayenta' && guardrail.metric !== 'query' && guardrail.metric !== 'monitor';
}

/** What a guardrail will be able to see at one weight. */
export function planGuardrail(question: GuardrailQuestion): PlannedGuardrail {
  const { guardrail, traffic, requests } = question;
  const frame = { name: guardrailName(guardrail), isDryRun: guardrail.dryRun };
  const silent = (reason: string, isUseful: boolean | null = null): PlannedGuardrail => ({
    ...frame,
    samples: null,
    detectable: null,
    isUseful,
    reason,
  });
  if (!isTested(guardrail)) return silent(untested(guardrail));
  if (requests === null) return silent('the traffic is not known');
  const perRequest = readingsPerRequest(guardrail, traffic);
  if (perRequest === null) return silent(`how many requests give a reading of ${guardrail.metric} is not known`);
  const samples = {
    // Without what floating point takes away: 4999.9999 is 5000.
    baseline: Math.floor(requests.baseline * perRequest + 1e-3),
    candidate: Math.floor(requests.candidate * perRequest + 1e-3),
  };
  const smaller = Math.min(samples.baseline, samples.candidate);
  const need = samplesForVerdict(guardrail) ?? 0;
  if (smaller < need)
    return { ...silent(`${smaller} samples of the smaller arm, and ${need} are needed`, false), samples };
  const test = testOf(question, guardrail);
  if (typeof test === 'string') return { ...silent(test), samples };
  const share = detectableShare(test.test, samples);
  if (share === null)
    return { ...silent(`no regression is found in ${smaller} samples of the smaller arm`, false), samples };
  const detectable = {
    share,
    ms: guardrail.metric.startsWith('latency_') ? slowdown(guardrail, traffic, share) : null,
  };
  const isUseful = share - test.test.margin <= USEFUL_SHARE;
  return { ...frame, samples, detectable, isUseful, reason: inWords(guardrail, detectable, test) };
}

/** Whether this guardrail would find harm that must not pass unseen with so many requests; true where it takes no samples or nobody knows. */
export function wouldBeUseful(question: GuardrailQuestion, requests: ArmSizes): boolean {
  const { guardrail, traffic } = question;
  if (!isTested(guardrail)) return true;
  const perRequest = readingsPerRequest(guardrail, traffic);
  const asked = perRequest === null ? '' : testOf(question, guardrail);
  if (perRequest === null || typeof asked === 'string') return true;
  const samples = { baseline: requests.baseline * perRequest, candidate: requests.candidate * perRequest };
  if (Math.min(samples.baseline, samples.candidate) < (samplesForVerdict(guardrail) ?? 0)) return false;
  return isDetectable(asked.test, samples, asked.test.margin + USEFUL_SHARE);
}

interface Asked {
  readonly test: ShareTest;
  /** Nobody has measured the baseline's share. */
  readonly isAssumed: boolean;
  readonly label: string | null;
}

/** The test as src/analysis makes it, or why there is none. */
function testOf(
  { alpha: budget, hasSegments, traffic }: GuardrailQuestion,
  guardrail: MetricGuardrail,
): Asked | string {
  // Half of the budget is the segments'.
  const alpha = hasSegments ? budget / 2 : budget;
  const { metric, margin } = guardrail;
  const { kind } = METRIC_TABLE[metric];
  const common = { guardrail, direction: 1, sides: 1, alpha } as const;
  if (kind === 'latency') {
    const baseline = 1 - quantileOf(guardrail);
    return { test: { ...common, margin: 0, baseline, isQuantile: true }, isAssumed: false, label: null };
  }
  if (kind === 'categories') return driftTest(guardrail, alpha, traffic);
  const measured = traffic.shares[metric]?.value;
  if (measured === undefined && metric !== 'error_rate') return `the ${metric} of the baseline is not known`;
  const baseline = measured ?? ASSUMED_ERROR_RATE;
  if (metric === 'error_rate' && baseline >= BROKEN_BASELINE_SHARE)
    return `the baseline itself fails ${formatShare(baseline)} of its requests: that is judged as the environment's fault`;
  const harm = ('direction' in guardrail ? guardrail.direction : undefined) ?? METRIC_TABLE[metric].harm;
  return {
    test: { ...common, margin, baseline, direction: harm === 'decrease' ? -1 : 1, sides: harm === 'either' ? 2 : 1 },
    isAssumed: measured === undefined,
    label: null,
  };
}

/** By the label that varies most: it is the hardest one to see a move of. */
function driftTest(guardrail: MetricGuardrail, alpha: number, { labels }: PlanTraffic): Asked {
  const counts = Object.entries(labels?.counts ?? {});
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const [label, count] = counts.reduce<[string | null, number]>(
    (worst, [name, n]) => (Math.abs(n / total - 0.5) < Math.abs(worst[1] / total - 0.5) ? [name, n] : worst),
    [counts[0]?.[0] ?? null, counts[0]?.[1] ?? 0],
  );
  const baseline = total === 0 ? 0.5 : count / total;
  const test: ShareTest = {
    guardrail,
    alpha: alpha / Math.max(2, counts.length),
    sides: 2,
    margin: guardrail.margin,
    baseline,
    direction: baseline > 0.5 ? -1 : 1,
  };
  return { test, label, isAssumed: total === 0 };
}

function quantileOf({ metric }: MetricGuardrail): number {
  return Number(metric.replace('latency_p', '')) / 100;
}

/** How much later all answers come where that many more are above the limit, by the latency so far. */
function slowdown(guardrail: MetricGuardrail, { latency }: PlanTraffic, share: number): number | null {
  if (latency === null || sketchCount(latency) === 0) return null;
  const q = quantileOf(guardrail);
  const limit = sketchQuantile(latency, q) + guardrail.margin;
  const below = sketchQuantile(latency, Math.max(0, q - share));
  // Latencies are known by the buckets of a sketch: what lies in the limit's own bucket is not counted as above it.
  return limit * (1 + 2 * RELATIVE_ERROR) - below * (1 - RELATIVE_ERROR);
}

function inWords(guardrail: MetricGuardrail, { share, ms }: Detectable, { test, isAssumed, label }: Asked): string {
  const { metric } = guardrail;
  const worse = test.baseline + test.direction * share;
  if (metric.startsWith('latency_')) {
    const inMs = ms === null ? '' : `, as when all answers come ${formatMs(ms)} later`;
    return `${formatShare(worse)} of requests above the baseline's ${metric.slice(8)} + ${guardrail.margin} ms, where ${formatShare(test.baseline)} are usual${inMs}`;
  }
  if (metric === 'prediction_drift')
    return `${label === null ? 'a label' : `label "${label.slice(0, 40)}"`} moves from ${formatShare(test.baseline)} to ${formatShare(worse)}${isAssumed ? ', taken to be one of two' : ''}`;
  return `${metric} ${formatShare(worse)}, where the baseline ${isAssumed ? 'is taken to have' : 'has'} ${formatShare(test.baseline)}`;
}

function untested(guardrail: Exclude<Guardrail, MetricGuardrail>): string {
  if (guardrail.metric === 'kayenta')
    return `Kayenta's judge: ${guardrail.minSamples} buckets of ${guardrail.interval / 1000} s are needed; it keeps no error probability`;
  if (guardrail.metric === 'monitor') return `what the monitor ${guardrail.monitor} has read last`;
  return `a query every ${guardrail.interval / 1000} s; ${guardrail.count} good ${guardrail.count === 1 ? 'answer is' : 'answers are'} needed`;
}
