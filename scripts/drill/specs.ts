import { type RolloutSpec, type RolloutSpecInput, rolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import type { Installation } from './installation.js';

export const TICK_MS = 500;
export const LEASE_MS = 8000;

type Steps = RolloutSpecInput['phases']['canary']['steps'];
export type Changes = Partial<Omit<RolloutSpecInput, 'phases' | 'watch'>> & {
  readonly phases?: Partial<RolloutSpecInput['phases']>;
  readonly windowMs?: number;
};

/** At one weight for as long as the drill wants. */
export const LONG: Steps = [{ setWeight: 50, bake: '30m' }];

/** A rollout that is through in seconds where nothing is said. */
export function drillSpec({ baseline, candidate }: Installation, service: string, changes: Changes = {}): RolloutSpec {
  const { phases, windowMs = 30_000, ...more } = changes;
  return rolloutSpec.parse({
    sluice: 'v1',
    service,
    owner: 'drill',
    baseline: { version: 'v1', url: baseline.url },
    candidate: { version: 'v2', url: candidate.url },
    protocol: { model: service },
    guardrails: [{ metric: 'error_rate', margin: 0.3, minSamples: 20 }],
    ...more,
    phases: {
      canary: { steps: [{ setWeight: 50, bake: '1s' }] },
      cutover: { keepBaselineWarm: '1s' },
      ...phases,
    },
    watch: { tick: TICK_MS, window: windowMs, lease: LEASE_MS },
  });
}
