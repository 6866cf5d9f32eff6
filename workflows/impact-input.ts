import type { ScalingInput } from '../activities/index.js';
import type { Decision } from '../src/domain/decision.js';
import type { ImpactState } from '../src/domain/impact-state.js';
import type { MetricDefinition } from '../src/domain/spec/metric-definition.js';
import type { NotifyTarget } from '../src/domain/spec/notify.js';
import type { Impact } from '../src/domain/spec/phases.js';

export interface ImpactInput {
  readonly rolloutId: string;
  readonly service: string;
  readonly candidate: string;
  readonly plan: Impact;
  /** The benchmark ends where the rollout began. */
  readonly startedAt: string;
  readonly cutoverAt: string;
  /** These are absent where the analysis began before they were known. */
  readonly baseline?: string;
  /** The spec's own metrics among those of the plan. */
  readonly definitions?: readonly MetricDefinition[];
  readonly notify?: readonly NotifyTarget[];
  /** Whose replicas are given back with the holdback. */
  readonly scaling?: ScalingInput | null;
  /** Set by continue-as-new only. */
  readonly carried?: { readonly state: ImpactState; readonly sequence: number };
}

/** The analysis counts its decisions from here, so that it and the rollout, which may still run, never use one number twice. */
const BEFORE_FIRST = 100_000;

/** @param number of the line, from 1 */
export function decisionOf({ rolloutId, evidence }: ImpactState, number: number, reason: string): Decision {
  return {
    rolloutId,
    sequence: BEFORE_FIRST + number,
    at: new Date().toISOString(),
    action: 'impact',
    actor: 'sluice',
    source: 'rule',
    phase: 'impact',
    weightPercent: 100,
    reason,
    evidence,
  };
}
