import { type RolloutSpec, type RolloutSpecInput, rolloutSpec } from '../../src/domain/spec/rollout-spec.js';

type Steps = RolloutSpecInput['phases']['canary']['steps'];

/** Guardrails, windows and leases as in production; only the canary's times are short. */
export function benchSpec(service: string, steps: Steps): RolloutSpec {
  return rolloutSpec.parse({
    sluice: 'v1',
    service,
    owner: 'bench',
    baseline: { version: 'v1', url: 'http://127.0.0.1:1' },
    candidate: { version: 'v2', url: 'http://127.0.0.1:2' },
    protocol: { model: service },
    guardrails: [{ metric: 'error_rate' }],
    phases: { canary: { steps }, cutover: { keepBaselineWarm: '1ms' } },
  });
}
