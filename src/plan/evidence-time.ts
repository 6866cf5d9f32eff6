import { isMeasurableInShadow } from '../domain/metric.js';
import type { Guardrail } from '../domain/spec/guardrail.js';
import type { RolloutSpec } from '../domain/spec/rollout-spec.js';
import { percentTogether } from '../domain/spec/traffic.js';
import { isTested, readingsPerRequest, samplesForVerdict } from './guardrails.js';
import type { ArmSizes } from './power.js';
import { type PlanTraffic, timeOfRequests } from './traffic.js';

/** How a step lets the candidate be met, and what it waits for itself. */
export interface Meeting {
  readonly arm: 'candidate' | 'shadow';
  /** Of units, or of requests copied to the candidate. */
  readonly percent: number;
  readonly minSamples: number;
  readonly minLabels?: number | undefined;
}

export interface EvidenceQuestion {
  readonly spec: RolloutSpec;
  readonly traffic: PlanTraffic;
  readonly meets: Meeting;
  readonly fromMs: number;
}

/** Of so many requests to the service, those that each arm answers. Shadow copies are answered by both. */
export function armsOf(spec: RolloutSpec, { arm, percent }: Meeting, requests: number): ArmSizes {
  const baseline = arm === 'shadow' ? 100 : baselinePercent(spec, percent);
  return { baseline: (requests * baseline) / 100, candidate: (requests * percent) / 100 };
}

/** Further versions have a fixed share of their own. */
function baselinePercent({ traffic }: RolloutSpec, candidatePercent: number): number {
  return Math.max(0, 100 - percentTogether(traffic, candidatePercent));
}

/** Those that are judged at all: of discarded answers nobody knows what users made of them. */
export function judgedIn(guardrails: readonly Guardrail[], arm: 'candidate' | 'shadow'): Guardrail[] {
  return guardrails.filter(({ metric }) => arm === 'candidate' || metric === 'kayenta' || isMeasurableInShadow(metric));
}

/**
 * When all that a step waits for can be there at the earliest, by the traffic. What nobody can foresee (labels of a service that never had any)
 * counts as there.
 * @returns ms since 1970; null: not within a year
 */
export function evidenceTime(question: EvidenceQuestion): number | null {
  const { spec, traffic, meets, fromMs } = question;
  const { arm, minSamples, minLabels } = meets;
  const percent = armsOf(spec, meets, 100);
  const smaller = Math.min(percent.candidate, percent.baseline);
  const labels = traffic.shares.accuracy?.perRequest;
  const times = [
    whenReadings(question, minSamples, percent.candidate, 1),
    minLabels === undefined || labels === undefined ? fromMs : whenReadings(question, minLabels, smaller, labels),
    ...judgedIn(spec.guardrails, arm)
      .filter(({ dryRun }) => !dryRun)
      .map((guardrail) => whenJudged(question, guardrail, smaller)),
  ];
  return times.some((at) => at === null) ? null : Math.max(...times.map(Number));
}

/** Past its deadline a person is asked, who is taken to answer at once. */
export function stepEnd(
  { leastMs, mostMs }: { readonly leastMs: number; readonly mostMs: number | null },
  fromMs: number,
  evidenceAt: number | null,
): number {
  const deadline = fromMs + (mostMs ?? Number.POSITIVE_INFINITY);
  return Math.max(fromMs + leastMs, Math.min(evidenceAt ?? Number.POSITIVE_INFINITY, deadline));
}

function whenJudged(question: EvidenceQuestion, guardrail: Guardrail, smallerPercent: number): number | null {
  const { fromMs, traffic } = question;
  if (isTested(guardrail)) {
    const perRequest = readingsPerRequest(guardrail, traffic);
    return perRequest === null
      ? fromMs
      : whenReadings(question, samplesForVerdict(guardrail) ?? 0, smallerPercent, perRequest);
  }
  if (guardrail.metric === 'kayenta') return fromMs + guardrail.minSamples * guardrail.interval;
  if (guardrail.metric === 'monitor') return fromMs;
  return fromMs + (guardrail.initialDelay ?? 0) + (guardrail.count - 1) * guardrail.interval;
}

function whenReadings({ traffic, fromMs }: EvidenceQuestion, readings: number, percent: number, perRequest: number) {
  if (readings === 0) return fromMs;
  const share = (percent / 100) * perRequest;
  return share > 0 ? timeOfRequests(traffic, fromMs, readings / share) : null;
}
