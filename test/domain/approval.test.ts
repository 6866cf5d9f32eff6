import { describe, expect, test } from '@jest/globals';
import {
  approvalRefusal,
  basisOf,
  describeApproval,
  hasQuorum,
  type OpenApproval,
  voidOnes,
} from '../../src/domain/approval.js';
import { approval as approvalSchema } from '../../src/domain/spec/phases.js';
import { evidence } from '../workflow/evidence.js';

const given = (actor: string, basis = 'x') => ({ actor, source: 'update' as const, at: '', reason: '', basis });
const who = (subject: string, ...roles: string[]) => ({ subject, roles });
const open = (over: Partial<OpenApproval> = {}): OpenApproval => ({
  approvers: ['alice', 'bob', 'carol'],
  quorum: 2,
  author: 'alice',
  given: [],
  ...over,
});

test.each([
  ['the author', open(), 'alice', /four eyes/],
  ['a stranger', open(), 'mallory', /not among the approvers: alice, bob, carol/],
  ['who has already', open({ given: [given('bob')] }), 'bob', /already/],
])('%s can not approve', (_, request, actor, message) => {
  expect(approvalRefusal(request, who(actor))).toMatch(message);
});

test('others can, and enough of them decide', () => {
  expect(approvalRefusal(open(), who('bob'))).toBeNull();
  expect(approvalRefusal(open({ given: [given('bob')] }), who('carol'))).toBeNull();
  expect(approvalRefusal(open({ approvers: null, author: null }), who('anybody'))).toBeNull();
  expect([
    hasQuorum(open({ given: [given('bob')] })),
    hasQuorum(open({ given: [given('bob'), given('carol')] })),
  ]).toEqual([false, true]);
  expect(describeApproval(open({ given: [given('bob')] }))).toBe(
    '1 of 2, by bob; may approve: alice, bob, carol, but not alice',
  );
  expect(describeApproval(open({ approvers: null, author: null, given: [given('bob'), given('carol')] }))).toBe(
    '2 of 2, by bob, carol; may approve: anybody',
  );
});

test('a role is somebody who has it, and a delegate stands for who sent it', () => {
  const request = open({ approvers: ['role:release', 'carol'], quorum: 1, author: null });
  expect(approvalRefusal(request, who('dave', 'release'))).toBeNull();
  expect(approvalRefusal(request, who('dave', 'reader'))).toMatch(/not among the approvers: role:release, carol/);
  expect(approvalRefusal(request, who('role:release'))).toMatch(/not among/);
  const delegated = { ...request, delegated: [{ from: 'carol', to: 'erin' }] };
  expect(approvalRefusal(delegated, who('erin'))).toBeNull();
  // Neither the author nor who has approved already gets round that by a delegation.
  expect(approvalRefusal({ ...delegated, author: 'erin' }, who('erin'))).toMatch(/four eyes/);
  expect(approvalRefusal({ ...delegated, given: [given('erin')] }, who('erin'))).toMatch(/already/);
  expect(approvalRefusal(delegated, who('dave'))).toMatch(/not among/);
  expect(approvalRefusal(delegated, who('dave', 'reader', 'release'))).toBeNull();
  expect(approvalRefusal(delegated, who('carol'))).toBe('carol has handed this approval on to erin');
  expect(describeApproval(delegated)).toBe('0 of 1; may approve: role:release, carol, erin for carol');
});

describe('an approval is bound to', () => {
  const seen = { weightPercent: 10, evidence: [evidence('error_rate', 'pass')] };
  test.each([
    ['the weight', { ...seen, weightPercent: 20 }, 'spec'],
    ['the verdicts', { ...seen, evidence: [evidence('error_rate', 'inconclusive')] }, 'spec'],
    ['the spec', seen, 'another'],
  ])('%s', (_, now, digest) => {
    const request = open({ given: [given('bob', basisOf('spec', seen))] });
    expect(voidOnes(request, basisOf('spec', { ...seen }))).toEqual([]);
    expect(voidOnes(request, basisOf(digest, now))).toHaveLength(1);
  });
});

test.each([
  ['a quorum of more than there are', { approvers: ['a'], quorum: 2 }],
  ['a quorum of none', { quorum: 0 }],
  ['an escalation to those who may already', { escalate: { after: '1h', to: ['a'] } }],
  ['an escalation after the end', { approvers: ['a'], timeout: '1h', escalate: { after: '2h', to: ['b'] } }],
])('%s is refused', (_, rules) => {
  expect(approvalSchema.safeParse(rules).success).toBe(false);
});
