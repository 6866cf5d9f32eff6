import { type RolloutSpec, type RolloutSpecInput, rolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import type { Installation } from './installation.js';

export const VERSIONS = { baseline: 'v1', candidate: 'v2' } as const;
export const UNIT_KEY = 'header:x-user-key';
export const SPLIT = 50;
/** The smallest effect that matters, as a share of the baseline's value, and the power to find it: what is promised. */
export const EFFECT = 0.1;
export const POWER = 0.8;
export const ALPHA = 0.05;
export const HISTORY_DAYS = 3;

type Plan = NonNullable<RolloutSpecInput['phases']['abTest']>;

/** As a user would write it; only times are short, and whatever stays undecided ends by itself. */
export function experimentSpec(service: string, models: Installation['models'], over: Partial<Plan> = {}): RolloutSpec {
  return rolloutSpec.parse({
    sluice: 'v1',
    service,
    owner: 'bench',
    baseline: { version: VERSIONS.baseline, url: models.baseline },
    candidate: { version: VERSIONS.candidate, url: models.candidate },
    protocol: { model: service, unitKey: UNIT_KEY },
    guardrails: [{ metric: 'error_rate', margin: 0.5, minSamples: 20 }],
    phases: {
      canary: { steps: [{ setWeight: 40, bake: '1ms', maxDuration: '5m' }] },
      abTest: {
        hypothesis: `users of ${VERSIONS.candidate} convert a tenth more often`,
        unit: UNIT_KEY,
        split: SPLIT,
        primary: 'conversion',
        minDetectableEffect: EFFECT,
        effect: 'relative',
        power: POWER,
        alpha: ALPHA,
        maxDuration: '150s',
        planning: { history: `${HISTORY_DAYS}d`, refuse: false },
        decision: { inconclusive: 'rollback' },
        ...over,
      },
      cutover: { keepBaselineWarm: '1ms' },
    },
    // A lease that a busy machine does not miss: a candidate that falls to 0 % would be another experiment.
    watch: { tick: 500, window: 15_000, lease: 60_000 },
  });
}
