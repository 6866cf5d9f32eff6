import { expect, test } from '@jest/globals';
import type { Decision } from '../../src/domain/decision.js';
import { initialState } from '../../src/domain/rollout-state.js';
import type { Route } from '../../src/domain/route.js';
import type { Heard } from './interleavings/heard.js';
import { type Course, faultsOf } from './interleavings/model.js';
import { specOf } from './interleavings/plans.js';

// The model that judges interleavings must see each fault that it is there for.

const spec = specOf('gated', 'digits-gated');
const state = initialState('r1', spec, '2026-11-21T10:00:00.000Z');
const route = (epoch: number, weightPercent: number, baseline = 'v1'): Route => {
  const candidate = weightPercent === 0 ? null : { version: 'v2', url: 'http://127.0.0.1:2' };
  return { epoch, weightPercent, candidate, baseline: { version: baseline, url: 'http://127.0.0.1:1' } } as Route;
};
const line = (sequence: number, action: Decision['action'], more: Partial<Decision> = {}): Decision => ({
  rolloutId: 'r1',
  sequence,
  at: state.startedAt,
  action,
  actor: 'sluice',
  source: 'rule',
  phase: 'canary',
  weightPercent: 10,
  reason: '',
  evidence: [],
  ...more,
});
const asked = (given: Route): Heard => ({ kind: 'route', route: given });
const task: Heard = { kind: 'task', at: 0 };
const request = { decisionId: 'd0', actor: 'bob', reason: '[d0]' };
const abort: Heard = { kind: 'command', via: 'signal', name: 'abort', request };

const [drill, ten, back] = [route(8, 0), route(9, 10), route(10, 0)];
const good: Course = {
  spec,
  result: { ...state, status: 'aborted' },
  heard: [task, task, asked(drill), asked(ten), abort, asked(back)],
  routes: [drill, ten, back],
  decisions: [
    line(1, 'start'),
    line(2, 'set-weight'),
    line(3, 'abort', { actor: 'bob', reason: 'abort by bob: [d0]' }),
  ],
  refused: [],
};

test('a course without a fault', () => {
  expect(faultsOf(good)).toEqual([]);
});

test('the first stop counts, but for those before the first task', () => {
  const rollback: Heard = { kind: 'command', via: 'signal', name: 'rollback', request };
  expect(faultsOf({ ...good, heard: [rollback, task, abort, task] })).toEqual([]);
  expect(faultsOf({ ...good, heard: [task, task, rollback, abort] })).toEqual(['ended aborted, and not rolled-back']);
});

const approval = line(3, 'approve', { actor: 'bob', reason: '[d1]' });
const sixty = line(4, 'set-weight', { weightPercent: 60 });
test.each<[string, Partial<Course>, RegExp]>([
  [
    'an ending that nobody asked for',
    { result: { ...state, status: 'rolled-back' } },
    /ended rolled-back, and not aborted/,
  ],
  ['a stop that is forgotten', { result: { ...state, status: 'promoted' } }, /ended promoted, and not aborted/],
  ['a candidate that stays', { routes: [drill, ten] }, /aborted, and not all baseline/],
  ['an epoch twice', { routes: [drill, ten, route(9, 0)] }, /epoch 9 after 9/],
  ['forward after the way back', { routes: [drill, ten, back, route(11, 10), route(12, 0)] }, /forward again/],
  [
    'a route after a stop',
    { heard: [task, task, asked(drill), abort, asked(ten), asked(back)] },
    /epoch 9 at 10 % asked for after/,
  ],
  [
    'a weight without its approval',
    { decisions: [line(1, 'start'), line(2, 'set-weight', { weightPercent: 60 })] },
    /60 % is above the approved 20 %/,
  ],
  ['one that the ledger is silent about', { routes: [drill, route(9, 60), back] }, /60 % was set, and nobody approved/],
  [
    'an approval that a jump back has undone',
    {
      decisions: [
        line(1, 'start'),
        { ...approval, sequence: 2 },
        line(3, 'jump', { actor: 'bob', reason: 'to step 1: [d2]' }),
        sixty,
      ],
    },
    /line 4: 60 %/,
  ],
  [
    'a cutover without approvals',
    { decisions: [line(1, 'start'), line(2, 'promote')] },
    /without the approval of the canary/,
  ],
  ['a gap in the ledger', { decisions: [line(1, 'start'), approval] }, /line 2 has the number 3/],
  [
    'a decision twice',
    { decisions: [line(1, 'start'), { ...approval, sequence: 2 }, approval] },
    /two lines of one decision: approve d1/,
  ],
  [
    'a refused one',
    { decisions: [line(1, 'start'), { ...approval, sequence: 2 }], refused: ['d1'] },
    /what was refused: approve d1/,
  ],
  [
    'an alert twice',
    { decisions: [line(1, 'alert', { reason: 'alert A (note)' }), line(2, 'alert', { reason: 'alert A (note)' })] },
    /two lines of one alert/,
  ],
])('%s is found', (_, change, words) => {
  expect(faultsOf({ ...good, ...change }).join('\n')).toMatch(words);
});
