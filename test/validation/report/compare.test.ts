import { expect, test } from '@jest/globals';
import { compareReports } from '../../../src/validation/report/index.js';
import { checkOf, reportOf } from './report-fixtures.js';

const at = (value: number | null) => ({ samples: 897, value });

test('checks side by side: values, differences, verdicts, what came and what went', () => {
  const from = reportOf([
    checkOf('accuracy', { candidate: at(0.9) }),
    checkOf('latency_p99', { candidate: at(10), better: 'lower', verdict: 'fail' }),
    checkOf('gone', { candidate: at(1) }),
    checkOf('recall', { candidate: at(null), verdict: 'inconclusive' }),
  ]);
  const to = reportOf(
    [
      checkOf('new', { candidate: at(3), better: null }),
      checkOf('accuracy', { candidate: at(0.75), verdict: 'fail' }),
      checkOf('latency_p99', { candidate: at(8), better: 'lower' }),
      checkOf('recall', { candidate: at(0.5) }),
    ],
    { id: 'digits-2' },
  );
  const { checks, notComparable, ...heads } = compareReports(from, to);
  expect(notComparable).toEqual([]);
  expect(heads).toMatchObject({ from: { id: 'digits-1' }, to: { id: 'digits-2', candidate: 'v2' } });
  const told = checks.map((c) => [c.name, c.from?.verdict, c.to?.verdict, c.difference, c.direction]);
  expect(told).toEqual([
    ['new', undefined, 'pass', null, null],
    ['accuracy', 'pass', 'fail', expect.closeTo(-0.15, 12), 'worse'],
    ['latency_p99', 'fail', 'pass', -2, 'better'],
    ['recall', 'inconclusive', 'pass', null, null],
    ['gone', 'pass', undefined, null, null],
  ]);
});

test('says why they are not comparable, and compares all the same', () => {
  const from = reportOf([checkOf('accuracy')]);
  const to = { ...from, planDigest: 'sha256:other', dataset: { ...from.dataset, digest: 'sha256:more' } };
  expect(compareReports(from, to)).toMatchObject({
    notComparable: [
      `on other data (${from.dataset.digest} and sha256:more)`,
      `by another plan (${from.planDigest} and sha256:other)`,
    ],
    checks: [{ name: 'accuracy', difference: 0, direction: 'same' }],
  });
});
