import type { Decision } from '../../src/domain/decision.js';
import { type Notice, noticeOf } from '../../src/domain/notice.js';
import { initialState, type RolloutState } from '../../src/domain/rollout-state.js';
import { evidence } from '../workflow/evidence.js';

const AT = '2026-03-04T05:06:07.089Z';

export const stateOf = (over: Partial<RolloutState> = {}): RolloutState => ({
  ...initialState(
    'digits-20260304-050607-ab12',
    {
      service: 'digits',
      owner: 'ml-platform',
      baseline: { version: 'v1', url: 'http://127.0.0.1:1' },
      candidate: { version: 'v2', url: 'http://127.0.0.1:2' },
      phases: { canary: { steps: [] } },
    } as unknown as Parameters<typeof initialState>[1],
    AT,
  ),
  phase: 'canary',
  weightPercent: 25,
  ...over,
});

export const decisionOf = (over: Partial<Decision> = {}): Decision => ({
  rolloutId: 'digits-20260304-050607-ab12',
  sequence: 7,
  at: AT,
  action: 'rollback',
  actor: 'sluice',
  source: 'rule',
  phase: 'canary',
  weightPercent: 25,
  reason: 'error_rate: 30 % of 90 against 0 % of 900',
  evidence: [evidence('error_rate', 'fail')],
  ...over,
});

export const notice = (over: Partial<Decision> = {}, state: Partial<RolloutState> = {}): Notice =>
  noticeOf(decisionOf(over), stateOf({ status: 'rolled-back', ...state }));
