import { randomUUID } from 'node:crypto';
import type { Decision } from '../../src/domain/decision.js';
import type { RolloutState } from '../../src/domain/rollout-state.js';

export function stateOf(service: string, parts: Partial<RolloutState> = {}): RolloutState {
  const pending = { status: 'pending' as const, startedAt: null, endedAt: null, note: '' };
  return {
    rolloutId: `r-${randomUUID()}`,
    service,
    owner: 'ml-platform',
    baseline: 'v1',
    candidate: 'v2',
    status: 'progressing',
    phase: 'canary',
    phases: {
      validation: pending,
      shadow: pending,
      canary: pending,
      abTest: pending,
      cutover: pending,
      impact: pending,
    },
    step: 0,
    stepCount: 3,
    epoch: 4,
    weightPercent: 5,
    shadowPercent: 0,
    waiting: null,
    paused: null,
    verdict: 'inconclusive',
    evidence: [],
    reason: 'bakes',
    startedAt: '2026-11-01T08:00:00.000Z',
    updatedAt: '2026-11-01T08:00:00.000Z',
    revision: 1,
    ...parts,
  };
}

export function decisionOf(rolloutId: string, sequence = 1): Decision {
  return {
    rolloutId,
    sequence,
    at: '2026-11-01T08:00:00Z',
    action: 'set-weight',
    actor: 'sluice',
    source: 'rule',
    phase: 'canary',
    weightPercent: 0.1 + 0.2,
    reason: `decision ${sequence}`,
    evidence: [],
  };
}
