import { isPlanned, TRIAL_PHASES } from './phase.js';
import type { Interleaving, Route } from './route.js';
import type { RolloutSpec } from './spec/rollout-spec.js';

/** How much of the traffic meets the candidate. */
export interface Exposure {
  readonly weightPercent: number;
  readonly shadowPercent: number;
  /** Whether units' first meetings with their version are recorded, for an A/B evaluation. */
  readonly recordsExposures?: boolean;
  /** The candidate's units get lists merged of both versions' rankings. */
  readonly interleaving?: Interleaving;
}

/** The route that exposes the candidate, leased. All epochs of a rollout share its salt, so that nobody changes arms twice. */
export function trialRoute(spec: RolloutSpec, rolloutId: string, epoch: number, exposure: Exposure): Route {
  return {
    ...common(spec, rolloutId, epoch),
    baseline: spec.baseline,
    candidate: spec.candidate,
    weightPercent: exposure.weightPercent,
    shadowPercent: exposure.shadowPercent,
    ...(exposure.recordsExposures ? { recordsExposures: true } : {}),
    ...(exposure.interleaving ? { interleaving: exposure.interleaving } : {}),
    leaseMs: spec.watch.lease,
  };
}

/** The route that serves one version to all, without a lease: nothing has to go on for it to stay. After a cutover some may be held back. */
export function stableRoute(
  spec: RolloutSpec,
  rolloutId: string,
  epoch: number,
  stable: 'baseline' | 'candidate',
  holdbackPercent = 0,
): Route {
  return {
    ...common(spec, rolloutId, epoch),
    baseline: spec[stable],
    candidate: null,
    weightPercent: 0,
    shadowPercent: 0,
    leaseMs: null,
    ...(stable === 'candidate' && holdbackPercent > 0
      ? { holdback: { target: spec.baseline, percent: holdbackPercent } }
      : {}),
  };
}

function common(spec: RolloutSpec, rolloutId: string, epoch: number) {
  const { service, protocol, traffic } = spec;
  return { service, protocol, epoch, rolloutId, salt: rolloutId, ...(traffic === undefined ? {} : { traffic }) };
}

/**
 * The error budget of one guardrail at one weight. The chance of a false rollback that the spec allows is spread evenly over
 * all guardrails and over all stretches of constant weight, since each of them is a test of its own (Bonferroni).
 */
export function guardrailAlpha(spec: RolloutSpec): number {
  const weights = spec.phases.canary.steps.filter((step) => 'setWeight' in step).length;
  const others = TRIAL_PHASES.filter((phase) => phase !== 'canary' && isPlanned(spec.phases, phase)).length;
  // Kayenta's judge, thresholds and monitors have no error probability to keep.
  const untested: ReadonlySet<string> = new Set(['kayenta', 'query', 'monitor']);
  const tests = spec.guardrails.filter(({ metric }) => !untested.has(metric)).length;
  return spec.watch.alpha / Math.max(1, tests * (weights + others));
}
