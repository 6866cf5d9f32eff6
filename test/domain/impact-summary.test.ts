import { describe, expect, test } from '@jest/globals';
import {
  type ImpactPoint,
  type ImpactReport,
  type MethodFinding,
  type MetricImpact,
  shownFinding,
  summaryOf,
  verdictOfImpact,
} from '../../src/domain/impact-report.js';

const finding = (over: Partial<MethodFinding> = {}): MethodFinding => ({
  method: 'difference',
  says: 'worse',
  reason: '',
  mean: { effect: -0.02, interval: [-0.03, -0.01], relative: null, relativeInterval: null },
  end: null,
  pValue: null,
  alpha: 0.02,
  samples: { before: 0, after: 0 },
  assumptions: [],
  ...over,
});
const silent = finding({ method: 'holdback', mean: null, alpha: 0.04 });
const point = (
  when: ImpactPoint['when'],
  value: number,
  samples: number,
  counterfactual: number | null,
): ImpactPoint => ({
  at: '',
  when,
  value,
  samples,
  counterfactual,
  low: null,
  high: null,
  fitted: null,
  isOutlier: false,
});
const metric = (over: Partial<MetricImpact> = {}): MetricImpact => ({
  metric: 'thumb',
  goal: 'increase',
  unit: 'share',
  verdict: 'harmed',
  reason: 'it fell',
  agreement: '',
  findings: [silent, finding()],
  placebo: { runs: 0, found: 0, asLarge: null, largest: null, verdict: 'not-possible', reason: '' },
  outliers: [],
  model: null,
  points: [
    point('before', 0.9, 100, null),
    point('left-out', 0.1, 7, null),
    point('before', 0.7, 50, null),
    point('after', 0.5, 10, 0.8),
    point('after', 0.3, 30, 0.4),
    point('after', 0.1, 20, null),
  ],
  ...over,
});
const SPAN = { since: '', until: '' };
const reportOf = (metrics: readonly MetricImpact[]): ImpactReport => ({
  rolloutId: 'digits-1',
  service: 'digits',
  candidate: 'v2',
  look: 2,
  at: '',
  isFinal: false,
  before: SPAN,
  after: SPAN,
  bucketMs: 1000,
  verdict: 'harmed',
  reason: '',
  alpha: 0.05,
  metrics,
  hypothesis: null,
  notes: [],
});
const evidenceOf = (over: Partial<MetricImpact> = {}) => summaryOf(reportOf([metric(over)])).evidence[0];

test('harm fails, what is improved or unharmed passes, and what nobody can say is inconclusive', () => {
  expect((['improved', 'unharmed', 'harmed', 'inconclusive'] as const).map(verdictOfImpact)).toEqual([
    'pass',
    'pass',
    'fail',
    'inconclusive',
  ]);
});

test('the strongest method that has anything to say is shown', () => {
  expect(shownFinding({ findings: [silent, finding(), finding({ method: 'regression' })] })?.method).toBe('difference');
  expect(shownFinding({ findings: [silent] })).toBeUndefined();
});

describe('what a workflow keeps of a report', () => {
  test('is all but the series, and one evidence for each metric', () => {
    const { metrics, ...rest } = reportOf([metric(), metric({ metric: 'accuracy', verdict: 'unharmed' })]);
    const { evidence, ...kept } = summaryOf({ ...rest, metrics });
    expect(kept).toEqual(rest);
    expect(evidence.map((one) => [one.metric, one.verdict])).toEqual([
      ['thumb', 'fail'],
      ['accuracy', 'pass'],
    ]);
  });

  test('has what came after, against what would have been, by the method that is shown', () => {
    const evidence = evidenceOf();
    expect(evidence).toEqual({
      metric: 'thumb',
      verdict: 'fail',
      reason: 'it fell',
      baseline: { samples: 150, value: expect.closeTo(0.6, 12) },
      candidate: { samples: 60, value: expect.closeTo(0.3, 12) },
      difference: -0.02,
      bound: -0.03,
      margin: 0,
      rule: 'difference',
      alpha: 0.02,
      dryRun: false,
    });
  });

  test('has the bound on the side of harm', () => {
    expect(evidenceOf({ goal: 'decrease' })?.bound).toBe(-0.01);
  });

  test('has no number where there is none', () => {
    expect(evidenceOf({ findings: [silent], points: [], verdict: 'inconclusive' })).toMatchObject({
      verdict: 'inconclusive',
      baseline: { samples: 0, value: null },
      candidate: { samples: 0, value: null },
      difference: null,
      bound: null,
      rule: 'none',
      alpha: 0,
    });
    // A counterfactual of 0 is one.
    expect(evidenceOf({ points: [point('after', 1, 1, 0)] })?.baseline.value).toBe(0);
  });
});
