import { describe, expect, test } from '@jest/globals';
import { loadSpec } from '../../src/client/load-spec.js';
import { refusal } from '../../src/domain/commands.js';
import { COMMANDS } from '../../src/domain/decision.js';
import { describeError, ERROR_CODES, SluiceError } from '../../src/domain/errors.js';
import { initialState, type RolloutState } from '../../src/domain/rollout-state.js';
import { overallVerdict } from '../../src/domain/verdict.js';
import { evidence } from '../workflow/evidence.js';

const state = (over: Partial<RolloutState> = {}): RolloutState => ({
  ...initialState('digits-1', spec, '2026-01-01T00:00:00.000Z'),
  ...over,
});
const spec = await loadSpec('examples/digits-v2.yaml');
const waiting = (kind: 'approval' | 'hold' | 'bake' | 'freeze') => ({ kind, since: '', until: null, note: '' });
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

describe('the overall verdict', () => {
  test.each([
    [['pass', 'pass'], 'pass'],
    [['pass', 'inconclusive'], 'inconclusive'],
    [['inconclusive', 'fail'], 'fail'],
  ] as const)('of %j is %s', (verdicts, overall) => {
    expect(overallVerdict(verdicts.map((verdict) => evidence('x', verdict)))).toBe(overall);
  });

  test('a dry-run guardrail stops nothing', () => {
    expect(overallVerdict([evidence('x', 'pass'), { ...evidence('y', 'fail'), dryRun: true }])).toBe('pass');
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
