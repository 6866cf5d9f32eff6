import { describe, expect, test } from '@jest/globals';
import { loadSpec } from '../../src/client/load-spec.js';
import { refusal } from '../../src/domain/commands.js';
import { COMMANDS, type Command } from '../../src/domain/decision.js';
import { describeError, ERROR_CODES, SluiceError } from '../../src/domain/errors.js';
import { initialState, type RolloutState } from '../../src/domain/rollout-state.js';

const state = (over: Partial<RolloutState> = {}): RolloutState => ({
  ...initialState('digits-1', spec, '2026-01-01T00:00:00.000Z'),
  ...over,
});
const spec = await loadSpec('examples/digits-v2.yaml');
const waiting = (kind: 'approval' | 'hold' | 'bake' | 'freeze' | 'delay' | 'samples') => ({
  kind,
  since: '',
  until: null,
  note: '',
});
const request = { actor: 'bob', reason: 'why', to: 'carol', step: 0, weightPercent: 5 };
const allowed = (s: RolloutState) =>
  COMMANDS.filter((command) => refusal(s, spec, { command, request, identity: null }) === null);

describe('which commands a rollout takes', () => {
  const always = ['set-owner', 'supersede'];
  test.each([
    ['while it goes on', {}, ['pause', 'abort', 'rollback']],
    ['while it bakes', { waiting: waiting('bake') }, ['pause', 'abort', 'rollback', 'promote']],
    [
      'while time runs',
      { waiting: { ...waiting('bake'), until: 'x' } },
      ['pause', 'abort', 'rollback', 'promote', 'extend'],
    ],
    ['while it is delayed', { waiting: waiting('delay') }, ['pause', 'abort', 'rollback', 'promote']],
    ['while samples are missing', { waiting: waiting('samples') }, ['pause', 'abort', 'rollback', 'promote']],
    ['while it asks', { waiting: waiting('approval') }, ['approve', 'reject', 'pause', 'abort', 'rollback']],
    ['while it holds', { waiting: waiting('hold') }, ['approve', 'reject', 'pause', 'abort', 'rollback', 'promote']],
    ['while it is paused', { paused: { actor: 'x', reason: '', at: '' } }, ['resume', 'abort', 'rollback']],
    ['while a freeze holds it', { waiting: waiting('freeze') }, ['pause', 'abort', 'rollback']],
  ] as const)('%s', (_, over, commands) => {
    expect(allowed(state(over))).toEqual([...commands, ...always]);
  });

  test.each(['promoted', 'aborted', 'failed', 'rolled-back'] as const)('when it was %s: none', (status) => {
    expect(allowed(state({ status }))).toEqual([]);
  });

  test('a refusal names rollout, status and phase', () => {
    expect(refusal(state(), spec, { command: 'approve', request, identity: null })).toBe(
      'nothing waits for an approval: rollout digits-1 is progressing in phase validation',
    );
  });
});

describe('a refusal says why', () => {
  const begun = { status: 'running' as const, startedAt: '', endedAt: null, note: '' };
  const passed = { ...begun, status: 'passed' as const };
  const why = (command: Command, over: Partial<RolloutState>, asked: object = {}, rules = spec) =>
    refusal(state(over), rules, { command, request: { ...request, ...asked }, identity: null });
  const phases = (over: Partial<RolloutState['phases']>) => ({ phases: { ...state().phases, ...over } });

  test('an approval is given, and not promoted past', () => {
    expect(why('promote', { waiting: waiting('approval') })).toMatch(/given by approve/);
    expect(why('promote', {})).toMatch(/there is no gate/);
  });

  test('after the cutover a pause has nothing to hold', () => {
    const cutover = phases({ cutover: begun });
    expect(why('pause', { ...cutover, weightPercent: 100 })).toMatch(/after the cutover/);
    expect(why('pause', { ...cutover, weightPercent: 50 })).toBeNull();
    expect(why('pause', { weightPercent: 100 })).toBeNull();
  });

  test('all gates are skipped only by who has the right, between validation and cutover', () => {
    const entitled = { ...spec, rights: { promoteFull: ['bob'], breakGlass: ['role:oncall'], trustSignals: false } };
    const validated = phases({ validation: passed });
    expect(why('promote-full', validated, {}, entitled)).toBeNull();
    expect(why('promote-full', validated, { actor: 'eve' }, entitled)).toMatch(/eve has no right to promote in full/);
    expect(why('promote-full', validated)).toMatch(/no right/);
    expect(why('promote-full', phases({ validation: begun }), {}, entitled)).toMatch(/before its validation/);
    expect(why('promote-full', phases({ validation: passed, cutover: begun }), {}, entitled)).toMatch(/are passed/);
  });

  test('a freeze is broken for a reason, by who has the right', () => {
    const frozen = { waiting: waiting('freeze') };
    const rules = { ...spec, rights: { promoteFull: [], breakGlass: ['bob'], trustSignals: false } };
    expect(why('break-glass', frozen, {}, rules)).toBeNull();
    expect(why('break-glass', frozen, { reason: ' ' }, rules)).toBe('breaking a freeze needs a reason');
    expect(why('break-glass', frozen, { actor: 'eve' }, rules)).toMatch(/eve has no right to break a freeze/);
    expect(why('break-glass', { waiting: waiting('bake') }, {}, rules)).toMatch(/no freeze holds it/);
  });

  test('a canary is moved while it stands at a weight', () => {
    const canary = { ...phases({ canary: begun }), step: 0, waiting: waiting('bake') };
    expect([why('set-weight', canary), why('jump', canary)]).toEqual([null, null]);
    for (const not of [
      { ...canary, step: null },
      { ...canary, waiting: null },
      { ...canary, ...phases({ canary: passed }) },
    ])
      expect([why('set-weight', not), why('jump', not)]).toEqual(
        Array(2).fill(expect.stringContaining('only a canary')),
      );
    expect(why('jump', canary, { step: undefined })).toBe('there is no step 0: the canary has 3');
    expect(why('set-weight', canary, { weightPercent: undefined })).toMatch(/^weight NaN/);
    expect(why('set-weight', canary, { weightPercent: 30 })).toMatch(/above 10 %/);
  });

  test('an approval is handed on by who may give it, to somebody else', () => {
    const approval = { approvers: ['bob', 'dave'], quorum: 1, author: 'alice', given: [] };
    const asking = { waiting: waiting('approval'), approval };
    expect(why('delegate', asking)).toBeNull();
    expect(why('delegate', asking, { to: 'bob' })).toBe('bob can not delegate to itself');
    expect(why('delegate', asking, { to: 'alice' })).toMatch(/alice started this rollout/);
    expect(why('delegate', asking, { actor: 'eve' })).toMatch(/eve is not among the approvers/);
    expect(why('delegate', { waiting: waiting('hold') })).toMatch(/no approval by rule/);
    expect(why('approve', asking)).toBeNull();
    expect(why('approve', asking, { actor: 'eve' })).toMatch(/not among/);
    expect(why('approve', asking, { artifacts: { candidate: 'x' } })).toMatch(/this approval can't be taken/);
    const proven = { subject: 'eve', roles: [] };
    expect(
      refusal(state(asking), spec, { command: 'approve', request: { ...request, actor: 'bob' }, identity: proven }),
    ).toMatch(/eve is not among/);
  });
});

test('an error is told with its causes, once each', () => {
  const refused = Object.assign(new Error(''), { code: 'ECONNREFUSED' });
  expect(describeError(new SluiceError('MODEL_UNREACHABLE', 'no answer', { cause: refused }))).toBe(
    'no answer: ECONNREFUSED',
  );
  expect(describeError(new Error('a: b', { cause: new Error('b') }))).toBe('a: b');
  expect(Object.values(ERROR_CODES).every(({ exitCode }) => [1, 2, 4, 124].includes(exitCode))).toBe(true);
});
