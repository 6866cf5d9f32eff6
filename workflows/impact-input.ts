import type { ScalingInput } from '../activities/index.js';
import type { Decision } from '../src/domain/decision.js';
import type { ImpactState } from '../src/domain/impact-state.js';
import { FIRST_LINE_OF } from '../src/domain/ledger-ranges.js';
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

/** @param number of the line, from 1 */
export function decisionOf({ rolloutId, evidence }: ImpactState, number: number, reason: string): Decision {
  return {
    rolloutId,
    sequence: FIRST_LINE_OF.impact + number - 1,
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
