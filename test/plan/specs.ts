import { type RolloutSpec, rolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import { type PlanTraffic, UNKNOWN_TRAFFIC } from '../../src/plan/traffic.js';

type Given = Record<string, unknown>;

/** A spec with the parts that matter to a test. */
export function specOf(parts: Given = {}, steps: readonly Given[] = [{ setWeight: 10, bake: '10m' }]): RolloutSpec {
  const { phases = {}, ...rest } = parts;
  return rolloutSpec.parse({
    sluice: 'v1',
    service: 'digits',
    owner: 'ml',
    baseline: { version: 'v1', url: 'http://127.0.0.1:8110' },
    candidate: { version: 'v2', url: 'http://127.0.0.1:8120' },
    protocol: { kind: 'open-inference', model: 'digits' },
    guardrails: [{ metric: 'error_rate' }],
    phases: { canary: { steps }, ...(phases as Given) },
    ...rest,
  });
}

export const steady = (requestsPerSecond: number, more: Partial<PlanTraffic> = {}): PlanTraffic => ({
  ...UNKNOWN_TRAFFIC,
  source: 'given',
  requestsPerSecond,
  ...more,
});
