import { describe, expect, test } from '@jest/globals';
import type { OpenApproval } from '../../src/domain/approval.js';
import { labelsOf, versionsOf } from '../../src/domain/rollout-start.js';
import { initialState, type RolloutState, type Waiting } from '../../src/domain/rollout-state.js';
import { laterAttributeValues, SEARCH_ATTRIBUTES, searchAttributeValues } from '../../src/domain/search-attributes.js';
import { rolloutSpec } from '../../src/domain/spec/rollout-spec.js';
import { PLAIN_SPEC } from './plain-spec.js';

const spec = rolloutSpec.parse({ ...PLAIN_SPEC, phases: { canary: { steps: [{ setWeight: 10 }] } } });
const state = (over: Partial<RolloutState> = {}): RolloutState => ({ ...initialState('digits-1', spec, ''), ...over });
const waiting = (kind: Waiting['kind']): Waiting => ({ kind, since: '', until: null, note: '' });
const given = (actor: string) => ({ actor, source: 'update' as const, at: '', reason: '', basis: '' });

test('a rollout is found by what its view says', () => {
  const view = { status: 'paused', phase: 'canary', verdict: 'fail', weightPercent: 12.5 } as const;
  const values = { ...searchAttributeValues(state(view)), ...laterAttributeValues(state(view)) };
  expect(values).toEqual({
    SluiceService: ['digits'],
    SluicePhase: ['canary'],
    SluiceStatus: ['paused'],
    SluiceVerdict: ['fail'],
    SluiceCandidateWeight: [12.5],
    SluiceAwaitingApproval: [false],
    SluiceOwner: ['ml-platform'],
    SluiceApprovers: [],
  });
  expect(Object.keys(values).sort()).toEqual(Object.keys(SEARCH_ATTRIBUTES).sort());
});

test('an owner is no longer than a keyword may be', () => {
  expect(laterAttributeValues(state({ owner: 'x'.repeat(1000) })).SluiceOwner).toEqual([`${'x'.repeat(254)}…`]);
});

describe('whom a rollout waits for', () => {
  const rules: OpenApproval = { approvers: ['alice', 'bob', 'role:release'], quorum: 3, author: null, given: [] };
  const approvers = (approval: OpenApproval | null, kind: Waiting['kind'] = 'approval') =>
    laterAttributeValues(state({ waiting: waiting(kind), approval })).SluiceApprovers;

  test('is anybody, of a hold and of an approval that names nobody', () => {
    expect(approvers(null, 'hold')).toEqual(['anybody']);
    expect(approvers(null)).toEqual(['anybody']);
    expect(approvers({ ...rules, approvers: null })).toEqual(['anybody']);
    expect(searchAttributeValues(state({ waiting: waiting('hold') })).SluiceAwaitingApproval).toEqual([true]);
  });

  test('is nobody while it does not ask', () => {
    expect(approvers(rules, 'bake')).toEqual([]);
  });

  test('is who may approve and has not', () => {
    expect(approvers(rules)).toEqual(['alice', 'bob', 'role:release']);
    expect(approvers({ ...rules, given: [given('alice')] })).toEqual(['bob', 'role:release']);
  });

  test('is whom somebody has handed it on to, and not who has, each once', () => {
    const delegated = [
      { from: 'alice', to: 'carol' },
      { from: 'dave', to: 'bob' },
    ];
    expect(approvers({ ...rules, delegated })).toEqual(['bob', 'role:release', 'carol']);
    expect(approvers({ ...rules, delegated, given: [given('carol')] })).toEqual(['bob', 'role:release']);
  });
});

test('what Temporal shows of a rollout names its versions, its owner and who started it', () => {
  const start = { rolloutId: 'digits-1', spec, specDigest: '', startedBy: 'bob' };
  expect(versionsOf(start)).toBe('v1 → v2');
  const { memo, staticSummary, staticDetails } = labelsOf(start);
  expect(memo).toEqual({ rolloutId: 'digits-1', versions: 'v1 → v2', startedBy: 'bob' });
  expect(staticSummary).toContain('v1 → v2');
  for (const part of ['digits-1', 'v1 → v2', 'ml-platform', 'bob']) expect(staticDetails).toContain(part);
});
