import type { RolloutSummary } from '../../../src/api/schema/rollout.js';
import type { SeenRollout } from '../../../src/cli/source/rollout-source.js';
import type { Decision } from '../../../src/domain/decision.js';
import type { RolloutState } from '../../../src/domain/rollout-state.js';
import type { Route } from '../../../src/domain/route.js';
import { type RolloutSpec, rolloutSpec } from '../../../src/domain/spec/rollout-spec.js';
import type { Evidence } from '../../../src/domain/verdict.js';
import { stateOf } from '../../stores/rollout-fixtures.js';

/** The clock of all golden files. */
export const NOW = Date.parse('2026-11-21T10:06:48.000Z');
export const at = (minutes: number): string =>
  new Date(Date.parse('2026-11-21T10:00:00.000Z') + minutes * 60_000).toISOString();

/** What a terminal would act on, a line that is not one, and text that reads backwards. */
export const HOSTILE = 'ok\u{1b}[2J\u{1b}]0;owned\u{7}\n✔ approved by alice\r\u{9b}31m\u{202e}txt.exe';

export const spec: RolloutSpec = rolloutSpec.parse({
  sluice: 'v1',
  service: 'digits',
  owner: 'ml-platform',
  baseline: { version: 'v1', url: 'http://127.0.0.1:8110' },
  candidate: { version: 'v2', url: 'http://127.0.0.1:8120' },
  protocol: { model: 'digits' },
  rights: { breakGlass: ['role:sre'] },
  guardrails: [{ metric: 'error_rate' }, { metric: 'latency_p99' }],
  phases: {
    canary: {
      steps: [
        { setWeight: 5, bake: '10m', minSamples: 400 },
        { setWeight: 25, bake: '30m' },
        { pause: { approval: { approvers: ['role:release'], timeout: '24h' } } },
        { setWeight: 50, bake: '1h' },
      ],
    },
    cutover: { keepBaselineWarm: '1d' },
    impact: { metrics: ['error_rate'], before: '1d', after: '1d' },
  },
});

const evidence = (metric: string, parts: Partial<Evidence>): Evidence => ({
  metric,
  verdict: 'pass',
  reason: `${metric} is within its margin`,
  baseline: { samples: 1204, value: 0.012_458 },
  candidate: { samples: 398, value: 0.010_05 },
  difference: -0.002_408,
  bound: 0.004_1,
  margin: 0.01,
  rule: 'confidence-sequence',
  alpha: 0.025,
  dryRun: false,
  ...parts,
});

const passed = (from: number, to: number, note: string) => ({
  status: 'passed' as const,
  startedAt: at(from),
  endedAt: at(to),
  note,
});

/** In the second canary step, 3m12s before its bake is over. */
export function stateInBake(parts: Partial<RolloutState> = {}): RolloutState {
  const pending = { status: 'pending' as const, startedAt: null, endedAt: null, note: '' };
  return stateOf('digits', {
    rolloutId: 'digits-20261121-100000-4f2a',
    phases: {
      validation: passed(0, 1.5, 'accuracy 0.961 over 360 rows'),
      shadow: { ...pending, status: 'skipped' },
      canary: { status: 'running', startedAt: at(1.5), endedAt: null, note: '' },
      abTest: { ...pending, status: 'skipped' },
      cutover: pending,
      impact: pending,
    },
    step: 1,
    stepCount: 4,
    epoch: 7,
    weightPercent: 25,
    reason: 'canary 25 %',
    waiting: { kind: 'bake', since: at(2), until: at(10), note: 'canary 25 %' },
    eta: '2026-11-22T11:10:00.000Z',
    evidence: [
      evidence('error_rate', {}),
      evidence('latency_p99', {
        verdict: 'inconclusive',
        bound: null,
        difference: 3.25,
        reason: 'latency_p99: 398 of 400 samples',
      }),
      evidence('prediction_drift', { verdict: 'fail', dryRun: true, reason: 'prediction_drift: label "8" is 40.00 %' }),
    ],
    startedAt: at(0),
    updatedAt: at(6.5),
    revision: 12,
    ...parts,
  });
}

export function seen(parts: Partial<SeenRollout> = {}): SeenRollout {
  return {
    state: stateInBake(),
    spec,
    impact: null,
    source: 'workflow',
    runId: '0193-run',
    webUi: 'http://127.0.0.1:8233/namespaces/default/workflows/rollout%2Fdigits/0193-run/history',
    note: null,
    ...parts,
  };
}

export function summary(parts: Partial<RolloutSummary> = {}): RolloutSummary {
  const state = stateInBake();
  return {
    rolloutId: state.rolloutId,
    service: state.service,
    baseline: state.baseline,
    candidate: state.candidate,
    status: state.status,
    phase: state.phase,
    step: state.step,
    stepCount: state.stepCount,
    weightPercent: state.weightPercent,
    shadowPercent: state.shadowPercent,
    verdict: state.verdict,
    owner: state.owner,
    waiting: state.waiting,
    startedAt: state.startedAt,
    updatedAt: state.updatedAt,
    reason: state.reason,
    revision: state.revision,
    paused: null,
    approval: null,
    eta: null,
    needsMe: false,
    ...parts,
  };
}

export function decision(sequence: number, parts: Partial<Decision> = {}): Decision {
  return {
    rolloutId: 'digits-20261121-100000-4f2a',
    sequence,
    at: at(sequence),
    action: 'advance',
    actor: 'sluice',
    source: 'rule',
    phase: 'canary',
    weightPercent: 5,
    reason: 'canary 5 % passed',
    evidence: [],
    ...parts,
  };
}

/** At a gateway, while the spec's second weight bakes. */
export const route: Route = {
  service: 'digits',
  protocol: spec.protocol,
  epoch: 7,
  rolloutId: 'digits-1',
  salt: 'digits-1',
  baseline: spec.baseline,
  candidate: spec.candidate,
  weightPercent: 25,
  shadowPercent: 0,
  leaseMs: 30_000,
};
