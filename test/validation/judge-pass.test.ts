import { describe, expect, test } from '@jest/globals';
import { validation } from '../../src/domain/spec/validation/index.js';
import { judgePass } from '../../src/validation/judge-pass.js';
import { PassState } from '../../src/validation/pass-state.js';

const COLUMNS = { features: ['n'], label: 'label', fields: [] };
const TRUTH = ['a', 'a', 'b', 'b'];

interface Answers {
  readonly labels?: readonly string[];
  readonly latencyMs?: number;
  readonly scores?: readonly number[];
  readonly bytes?: { sent: number; received: number };
}

function verdictOf(check: object, ours: Answers = {}, theirs: Answers = {}) {
  const plan = validation.parse({ dataset: 'x.csv', checks: [check] });
  const state = new PassState(plan, COLUMNS);
  const answer = ({ labels = TRUTH, latencyMs = 5, scores, bytes }: Answers) => ({
    predictions: labels.map((label) => ({ label, scores: scores ?? null })),
    latencyMs,
    ...(bytes && { bytes }),
  });
  const rows = TRUTH.map((label, index) => ({ index, label, features: [index], fields: {} }));
  state.commit({ rows, candidate: answer(ours), baseline: answer(theirs) });
  const [found] = judgePass(plan, state);
  return found;
}

describe('the checks of a pass', () => {
  const WORSE = { labels: ['b', 'a', 'b', 'b'] };
  const SIZES = { bytes: { sent: 400, received: 80 } };
  test.each([
    ['minimum reached', { metric: 'accuracy', min: 0.9 }, {}, {}, 'pass'],
    ['minimum missed', { metric: 'f1', min: 0.9 }, WORSE, {}, 'fail'],
    ['worse than the baseline', { metric: 'recall', noWorseThan: 'baseline', margin: 0.1 }, WORSE, {}, 'fail'],
    ['worse within the margin', { metric: 'recall', noWorseThan: 'baseline', margin: 0.3 }, WORSE, {}, 'pass'],
    ['too slow', { metric: 'latency_p99', max: '4ms' }, {}, {}, 'fail'],
    [
      'slower than the baseline',
      { metric: 'latency_p50', noWorseThan: 'baseline', margin: '1ms' },
      { latencyMs: 9 },
      {},
      'fail',
    ],
    ['as fast', { metric: 'latency_p95', noWorseThan: 'baseline', margin: '1ms' }, {}, {}, 'pass'],
    ['an unknown label', { metric: 'prediction_bounds' }, { labels: ['a', 'a', 'b', 'c'] }, {}, 'fail'],
    ['a score out of bounds', { metric: 'prediction_bounds' }, { scores: [1.5, -0.5] }, {}, 'fail'],
    ['bytes a row', { metric: 'request_size', max: 100 }, SIZES, {}, 'pass'],
    ['too many bytes a row', { metric: 'response_size', max: 19 }, SIZES, {}, 'fail'],
    ['sizes that are not told', { metric: 'response_size', max: 19 }, {}, {}, 'inconclusive'],
  ])('%s', (_, check, ours, theirs, verdict) => {
    expect(verdictOf(check, ours, theirs)?.verdict).toBe(verdict);
  });

  test('the reason has the numbers', () => {
    expect(verdictOf({ metric: 'latency_p99', max: '4ms' })?.reason).toBe(
      'latency_p99: candidate 5.00 ms, baseline 5.00 ms on 1 requests; over the maximum of 4.00 ms',
    );
    expect(verdictOf({ metric: 'request_size', max: 100 }, SIZES)?.reason).toBe(
      'request_size: candidate 100 B on 4 rows of the largest batch',
    );
  });
});
