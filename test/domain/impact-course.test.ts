import { describe, expect, test } from '@jest/globals';
import { DAY_MS } from '../../src/domain/duration.js';
import type { ImpactSummary } from '../../src/domain/impact-report.js';
import {
  actionOfImpact,
  type ImpactCourse,
  type ImpactState,
  impactLabels,
  lookTime,
  takeSummary,
  timeBetweenLooks,
  withImpactDefaults,
} from '../../src/domain/impact-state.js';
import { evidence } from '../workflow/evidence.js';

const days = (count: number) => count * DAY_MS;

describe('the looks of an impact analysis', () => {
  test('are a day apart, or all of the time where that is less, unless the spec says', () => {
    expect(timeBetweenLooks({ after: days(7) })).toBe(days(1));
    expect(timeBetweenLooks({ after: days(0.5) })).toBe(days(0.5));
    expect(timeBetweenLooks({ after: days(7), every: days(2) })).toBe(days(2));
    expect(timeBetweenLooks({ after: days(1), every: days(2) })).toBe(days(1));
  });

  test('are counted from 1 since the cutover, and the last one is at the end', () => {
    const plan = { after: days(5), every: days(2) };
    expect([1, 2, 3, 4].map((look) => lookTime(plan, look))).toEqual([
      { ms: days(2), isFinal: false },
      { ms: days(4), isFinal: false },
      { ms: days(5), isFinal: true },
      { ms: days(5), isFinal: true },
    ]);
    expect(lookTime({ after: days(4), every: days(2) }, 2)).toEqual({ ms: days(4), isFinal: true });
  });
});

test('a plan from before there was more is filled in, and keeps what it says', () => {
  const plan = { metrics: ['thumb'], before: days(7), after: days(7) };
  expect(withImpactDefaults(plan)).toEqual({ ...plan, holdback: 0, onHarm: 'incident', alpha: 0.05, tolerance: 0.1 });
  const whole = { ...plan, holdback: 2, onHarm: 'note', alpha: 0.01, tolerance: 0.2 } as const;
  expect(withImpactDefaults(whole)).toEqual(whole);
});

test('what a look has come to stands in the view; what the look does not say stays', () => {
  const state: ImpactState = {
    rolloutId: 'digits-1',
    status: 'observing',
    until: '2026-12-01T00:00:00.000Z',
    verdict: 'inconclusive',
    evidence: [],
  };
  const kept = { nextLookAt: null, holdback: 5, harmedAtLook: null, incidentId: null, done: ['x'] };
  const course: ImpactCourse = { ...kept, impact: 'inconclusive', reason: '', looks: 0, hypothesis: null, notes: [] };
  const hypothesis = { statement: 's', outcome: 'confirmed', reason: 'r' } as const;
  const summary = {
    rolloutId: 'digits-1',
    look: 3,
    verdict: 'improved',
    reason: 'thumb rose',
    hypothesis,
    notes: ['n'],
    evidence: [evidence('thumb', 'pass')],
  } as unknown as ImpactSummary;
  takeSummary(state, course, summary);
  expect(course).toEqual({ ...kept, impact: 'improved', reason: 'thumb rose', looks: 3, hypothesis, notes: ['n'] });
  expect(state.evidence).toEqual(summary.evidence);
  expect(state.evidence).not.toBe(summary.evidence);
});

describe('an alert of an impact analysis', () => {
  const alert = (labels: Readonly<Record<string, string>>) => ({
    id: 'a',
    status: 'firing' as const,
    labels,
    summary: '',
  });
  const [back, incident] = [{ onHarm: 'rollback' }, { onHarm: 'incident' }] as const;

  test('goes back, where it is the rollout’s own and the spec says so', () => {
    const own = alert(impactLabels('digits-1'));
    expect(impactLabels('digits-1')).toEqual({ source: 'impact', rollout: 'digits-1' });
    expect(actionOfImpact(own, 'digits-1', back)).toBe('rollback');
    expect(actionOfImpact(own, 'digits-1', incident)).toBe('note');
    expect(actionOfImpact(own, 'digits-1', undefined)).toBe('note');
  });

  test('of another rollout’s is only noted', () => {
    expect(actionOfImpact(alert(impactLabels('digits-1')), 'digits-2', back)).toBe('note');
  });

  test('is told from alerts of others, which rules decide on', () => {
    expect(actionOfImpact(alert({ rollout: 'digits-1' }), 'digits-1', back)).toBeNull();
    expect(actionOfImpact(alert({ source: 'monitor', rollout: 'digits-1' }), 'digits-1', back)).toBeNull();
  });
});
