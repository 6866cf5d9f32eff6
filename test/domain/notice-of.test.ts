import { describe, expect, test } from '@jest/globals';
import type { Decision } from '../../src/domain/decision.js';
import { isWanted, noticeOf, noticeOfState } from '../../src/domain/notice.js';
import type { RolloutState } from '../../src/domain/rollout-state.js';
import { decisionOf, stateOf } from '../notify/notices.js';
import { evidence } from '../workflow/evidence.js';

const ID = 'digits-20260304-050607-ab12';
const AT = '2026-03-04T05:06:07.089Z';
const subject = { rolloutId: ID, service: 'digits', owner: 'ml-platform', baseline: 'v1', candidate: 'v2' };
const models = { baseline: null, candidate: null } as unknown as NonNullable<RolloutState['models']>;
const shown = (metric: string, verdict: 'pass' | 'fail' | 'inconclusive', reason?: string) => {
  const { rule: _, alpha: __, ...rest } = evidence(metric, verdict, reason);
  return rest;
};

describe('a line of the ledger', () => {
  test('is told whole: what was done, by whom, why, on which numbers', () => {
    const told = noticeOf(
      decisionOf({ action: 'set-weight', actor: 'bob', source: 'update', reason: 'why', weightPercent: 40 }),
      stateOf({ status: 'progressing', owner: 'somebody', models }),
    );
    expect(told).toEqual({
      ...subject,
      owner: 'somebody',
      models,
      status: 'progressing',
      id: `${ID}/7`,
      event: 'weight',
      at: AT,
      action: 'set-weight',
      actor: 'bob',
      phase: 'canary',
      weightPercent: 40,
      reason: 'why',
      evidence: [shown('error_rate', 'fail')],
    });
    expect(noticeOf(decisionOf(), stateOf())).not.toHaveProperty('models');
  });

  test('is told of a rollout as it was decided, whatever its view says by now', () => {
    const told = noticeOf(decisionOf({ rolloutId: 'digits-2', phase: 'shadow' }), stateOf({ phase: 'cutover' }));
    expect(told).toMatchObject({ rolloutId: 'digits-2', phase: 'shadow' });
  });

  test('has reasons of 1000 characters, actors and findings of 300', () => {
    const told = (reason: string, name: string) => {
      const given = decisionOf({ reason, actor: name, evidence: [evidence('m', 'pass', name)] });
      const {
        evidence: [first],
        ...rest
      } = noticeOf(given, stateOf());
      return [rest.reason, rest.actor, first?.reason];
    };
    expect(told('r'.repeat(1000), 'n'.repeat(300))).toEqual(['r'.repeat(1000), 'n'.repeat(300), 'n'.repeat(300)]);
    expect(told('r'.repeat(1001), 'n'.repeat(301))).toEqual([
      `${'r'.repeat(999)}…`,
      `${'n'.repeat(299)}…`,
      `${'n'.repeat(299)}…`,
    ]);
    // Never in the middle of a character.
    expect(told(`${'r'.repeat(998)}\u{1F600}r`, 'n')[0]).toBe(`${'r'.repeat(998)}…`);
  });

  test('shows what fails first, then what is inconclusive, else in its order; and changes nothing in the ledger', () => {
    const verdicts = ['pass', 'inconclusive', 'fail', 'pass', 'inconclusive', 'fail'] as const;
    const given = verdicts.map((verdict, index) => evidence(`m${index}`, verdict));
    const before = [...given];
    expect(noticeOf(decisionOf({ evidence: given }), stateOf()).evidence.map(({ metric }) => metric)).toEqual([
      'm2',
      'm5',
      'm1',
      'm4',
      'm0',
      'm3',
    ]);
    expect(given).toEqual(before);
  });
});

describe('which event a line is', () => {
  const eventOf = (over: Partial<Decision>, status: RolloutState['status']) =>
    noticeOf(decisionOf(over), stateOf({ status })).event;

  test.each([
    ['approve', 'approved'],
    ['void', 'approval-void'],
    ['advance', 'advanced'],
    ['remind', 'reminded'],
    ['escalate', 'escalated'],
    ['pause', 'paused'],
    ['resume', 'resumed'],
    ['extend', 'extended'],
    ['promote-full', 'gate-passed'],
    ['jump', 'gate-passed'],
    ['set-owner', 'owner-changed'],
    ['delegate', 'delegated'],
    ['break-glass', 'break-glass'],
    ['alert', 'alert'],
    ['impact', 'impact'],
  ] as const)('%s is %s', (action, event) => {
    expect(eventOf({ action }, 'progressing')).toBe(event);
  });

  test('what ends a rollout is told by how it ended', () => {
    for (const action of ['reject', 'abort', 'rollback', 'fail', 'supersede'] as const)
      for (const status of ['aborted', 'rolled-back', 'failed'] as const)
        expect([action, status, eventOf({ action }, status)]).toEqual([action, status, status]);
    expect(eventOf({ action: 'reject' }, 'waiting')).toBe('rejected');
    expect(eventOf({ action: 'abort' }, 'promoted')).toBe('aborted');
    expect(eventOf({ action: 'rollback' }, 'progressing')).toBe('rolled-back');
  });

  test('what comes after an ending is told by what it is', () => {
    for (const action of ['cleanup', 'registry', 'scaling', 'hook'] as const)
      expect(eventOf({ action }, 'rolled-back')).toBe(action);
  });

  test('only the rule at the cutover gives the candidate everything', () => {
    const promote = { action: 'promote', source: 'rule', phase: 'cutover' } as const;
    expect(eventOf(promote, 'progressing')).toBe('promoted');
    expect(eventOf({ ...promote, phase: 'canary' }, 'progressing')).toBe('gate-passed');
    expect(eventOf({ ...promote, source: 'signal' }, 'progressing')).toBe('gate-passed');
    expect(eventOf({ ...promote, action: 'advance' }, 'progressing')).toBe('advanced');
  });
});

describe('what no line of the ledger says', () => {
  const asking = { kind: 'approval', since: AT, until: '2026-03-05T05:06:07.089Z', note: 'the cutover' } as const;
  const common = { ...subject, action: null, actor: 'sluice', phase: 'canary', weightPercent: 25 };

  test('is that a person is asked: for what, until when, on which numbers', () => {
    const view = { status: 'waiting', evidence: [evidence('a', 'pass'), evidence('b', 'fail')] } as const;
    expect(noticeOfState(stateOf({ ...view, evidence: [...view.evidence], waiting: asking }))).toEqual({
      ...common,
      status: 'waiting',
      id: `${ID}/waiting/${Date.parse(AT)}`,
      event: 'waiting',
      at: AT,
      reason: 'the cutover, until 2026-03-05T05:06:07.089Z',
      evidence: [shown('b', 'fail'), shown('a', 'pass')],
    });
    expect(noticeOfState(stateOf({ status: 'waiting', waiting: { ...asking, until: null } }))?.reason).toBe(
      'the cutover',
    );
    const long = noticeOfState(stateOf({ waiting: { ...asking, until: null, note: 'n'.repeat(1001) } }));
    expect(long?.reason).toBe(`${'n'.repeat(999)}…`);
  });

  test('is that a promoted rollout is over', () => {
    const over = { status: 'promoted', reason: 'v2 serves all', updatedAt: '2026-03-06T00:00:00.000Z' } as const;
    expect(noticeOfState(stateOf({ ...over, evidence: [evidence('a', 'pass')], models }))).toEqual({
      ...common,
      models,
      status: 'promoted',
      id: `${ID}/completed`,
      event: 'completed',
      at: '2026-03-06T00:00:00.000Z',
      reason: 'v2 serves all',
      evidence: [],
    });
  });

  test.each(['hold', 'bake', 'freeze'] as const)('is not that it waits for a %s', (kind) => {
    expect(noticeOfState(stateOf({ status: 'waiting', waiting: { ...asking, kind } }))).toBeNull();
  });

  test.each(['aborted', 'failed'] as const)('is not what a rollout waited for that was %s', (status) => {
    expect(noticeOfState(stateOf({ status, waiting: asking }))).toBeNull();
  });
});

test('a target hears of what it names', () => {
  const events = ['promoted', 'aborted'] as const;
  expect(isWanted({ events }, { event: 'aborted' })).toBe(true);
  expect(isWanted({ events }, { event: 'weight' })).toBe(false);
  expect(isWanted({ events: undefined }, { event: 'weight' })).toBe(true);
});
