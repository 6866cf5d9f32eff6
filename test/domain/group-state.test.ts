import { describe, expect, test } from '@jest/globals';
import {
  type GroupCommand,
  type GroupState,
  type GroupStatus,
  groupHasEnded,
  groupRefusal,
  isThrough,
  type MemberStatus,
  memberHasFailed,
} from '../../src/domain/group-state.js';

const MEMBERS: readonly MemberStatus[] = [
  'pending',
  'running',
  'cut-over',
  'skipped',
  'promoted',
  'aborted',
  'rolled-back',
  'failed',
];
const GROUPS: readonly GroupStatus[] = ['progressing', 'waiting', 'promoted', 'partial', 'failed', 'aborted'];

test('a group goes on while it progresses or waits', () => {
  expect(GROUPS.filter((status) => !groupHasEnded(status))).toEqual(['progressing', 'waiting']);
});

test('a member has failed where it ended otherwise than promoted; what never began has not', () => {
  expect(MEMBERS.filter(memberHasFailed)).toEqual(['aborted', 'rolled-back', 'failed']);
});

test('a wave waits for its members until they have ended, or until their candidates serve all', () => {
  const waitedFor = (barrier: 'promoted' | 'cutover') => MEMBERS.filter((status) => !isThrough(status, barrier));
  expect(waitedFor('promoted')).toEqual(['pending', 'running', 'cut-over']);
  expect(waitedFor('cutover')).toEqual(['pending', 'running']);
});

describe('a command to a group', () => {
  const bob = { subject: 'bob', roles: [] };
  const state = (over: Partial<GroupState> = {}): GroupState => ({
    groupId: 'spring-1',
    name: 'spring',
    owner: 'ml',
    startedBy: 'alice',
    status: 'waiting',
    wave: 'first',
    waves: [],
    waiting: null,
    approval: null,
    reason: '',
    startedAt: '',
    updatedAt: '',
    revision: 0,
    ...over,
  });
  const waiting = (kind: 'pause' | 'approval' | 'hold') => ({ kind, since: '', until: null, note: '' });
  const approval = { approvers: ['carol'], quorum: 1, author: null, given: [] };
  const refused = (over: Partial<GroupState>, command: GroupCommand) => groupRefusal(state(over), command, bob);

  test.each(['promoted', 'partial', 'failed', 'aborted'] as const)('is none once it ended %s', (status) => {
    for (const command of ['approve', 'reject', 'abort'] as const)
      expect(refused({ status, waiting: waiting('hold') }, command)).toBe(
        `cannot ${command}: group spring-1 is ${status} in wave first`,
      );
  });

  test('may abort it at any time', () => {
    expect(refused({ status: 'progressing', wave: '' }, 'abort')).toBeNull();
    expect(refused({ waiting: waiting('pause') }, 'abort')).toBeNull();
  });

  test('approves and rejects only what asks', () => {
    for (const command of ['approve', 'reject'] as const) {
      expect(refused({ waiting: waiting('hold') }, command)).toBeNull();
      expect(refused({ waiting: waiting('approval') }, command)).toBeNull();
      expect(refused({ waiting: waiting('pause') }, command)).toMatch(/^nothing waits .* in wave first$/);
      expect(refused({ status: 'progressing', wave: '' }, command)).toMatch(/group spring-1 is progressing$/);
    }
  });

  test('approves as who may; anybody may reject', () => {
    const asked = { waiting: waiting('approval'), approval };
    expect(refused(asked, 'approve')).toMatch(/bob is not among the approvers/);
    expect(refused(asked, 'reject')).toBeNull();
    expect(refused({ ...asked, approval: { ...approval, approvers: ['bob'] } }, 'approve')).toBeNull();
    expect(refused({ ...asked, approval: { ...approval, approvers: ['bob'], author: 'bob' } }, 'approve')).toMatch(
      /four/,
    );
  });
});
