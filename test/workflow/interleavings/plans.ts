import type { RolloutSpec, RolloutSpecInput } from '../../../src/domain/spec/rollout-spec.js';
import { spec } from '../harness.js';

type Phases = Partial<RolloutSpecInput['phases']>;

const approval = { pause: { approval: { timeout: '24h' } } } as const;
const slow = (setWeight: number) => ({ setWeight, bake: '1h' as const });
const quick = (setWeight: number) => ({ setWeight, bake: '20ms' as const, maxDuration: '60ms' as const });

/** Where time itself moves nothing in the length of a test, or all of it at once: what comes out depends on the messages alone. */
const PLANS = {
  /** Waits everywhere, and twice for a person. */
  gated: {
    canary: { steps: [slow(10), slow(20), approval, slow(60)] },
    cutover: { approval: { timeout: '24h' }, keepBaselineWarm: '1h' },
  },
  /** Nobody is asked. */
  open: { canary: { steps: [slow(10), slow(30), slow(70)] }, cutover: { keepBaselineWarm: '1h' } },
  /** Runs to its end, but for one approval. */
  quick: { canary: { steps: [quick(10), approval, quick(50)] }, cutover: { keepBaselineWarm: '20ms' } },
  /** Guardrails never say pass: a person is asked at each step. */
  held: {
    canary: { steps: [quick(10), approval, quick(40)] },
    cutover: { approval: { timeout: '24h' }, keepBaselineWarm: '1h' },
  },
} as const satisfies Record<string, Phases>;
export type Plan = keyof typeof PLANS;
export const PLAN_NAMES = Object.keys(PLANS) as Plan[];

export const HAS_SHORT_TIMES: Readonly<Record<Plan, boolean>> = { gated: false, open: false, quick: true, held: true };

/** Of which plan a service is: the fake world must know, since one world serves many. */
export const serviceOf = (plan: Plan, name: string) => `${name}-${plan}`;
export const isHeld = (service: string) => service.endsWith('-held');

export function specOf(plan: Plan, service: string): RolloutSpec {
  const base = spec(PLANS[plan], service);
  return {
    ...base,
    rights: { promoteFull: ['bob'], breakGlass: [], trustSignals: true },
    rollback: {
      ...base.rollback,
      alerts: [
        { match: { severity: 'critical' }, action: 'rollback' },
        { match: { severity: 'warning' }, action: 'pause' },
      ],
    },
    // Long, so that a look that finds nothing new leaves no trace.
    watch: { ...base.watch, tick: 200, window: 60_000, lease: 60_000 },
  };
}
