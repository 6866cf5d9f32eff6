import { isMeasurableInShadow } from '../domain/metric.js';
import type { Guardrail } from '../domain/spec/guardrail.js';
import { isTested, readingsPerRequest, samplesForVerdict } from './guardrails.js';
import { type PlanTraffic, timeOfRequests } from './traffic.js';

export interface EvidenceQuestion {
  readonly guardrails: readonly Guardrail[];
  readonly traffic: PlanTraffic;
  /** Percent of requests that each arm answers. */
  readonly percent: { readonly candidate: number; readonly baseline: number };
  readonly arm: 'candidate' | 'shadow';
  /** What the step itself asks for. */
  readonly need: { readonly minSamples: number; readonly minLabels?: number };
  readonly fromMs: number;
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
  const { guardrails, traffic, percent, arm, need, fromMs } = question;
  const smaller = Math.min(percent.candidate, percent.baseline);
  const labels = traffic.shares.accuracy?.perRequest;
  const times = [
    whenReadings(question, need.minSamples, percent.candidate, 1),
    need.minLabels === undefined || labels === undefined
      ? fromMs
      : whenReadings(question, need.minLabels, smaller, labels),
    ...judgedIn(guardrails, arm)
      .filter(({ dryRun }) => !dryRun)
      .map((guardrail) => whenJudged(question, guardrail, smaller)),
  ];
  return times.some((at) => at === null) ? null : Math.max(...times.map(Number));
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
