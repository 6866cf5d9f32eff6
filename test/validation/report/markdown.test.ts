import { expect, test } from '@jest/globals';
import { fenced } from '../../../src/markdown/text.js';
import { renderMarkdown, renderReport } from '../../../src/validation/report/index.js';
import { checkOf, reportOf } from './report-fixtures.js';

/** Cells of the lines of a table that begin so. */
function cells(markdown: string, start: string): string[][] {
  const lines = markdown.split('\n').filter((line) => line.startsWith(`| ${start}`));
  return lines.map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test('what fails comes first, then what is unknown; values, limits and reasons in the metric’s unit', () => {
  const markdown = renderMarkdown(
    reportOf([
      checkOf('accuracy'),
      checkOf('latency_p99', {
        severity: 'warning',
        verdict: 'fail',
        reason: 'latency_p99: candidate 25.0 ms',
        candidate: { samples: 18, value: 25 },
        baseline: { samples: 18, value: 4 },
        limits: { noWorseThan: 'baseline', margin: 10 },
        better: 'lower',
      }),
      checkOf('server_memory', {
        verdict: 'inconclusive',
        reason: 'server_memory: unknown',
        candidate: { samples: 0, value: null },
        limits: { max: 2 ** 21 },
      }),
      checkOf('f1', {
        verdict: 'fail',
        reason: 'f1: candidate 90.00 %',
        candidate: { samples: 897, value: 0.9 },
        limits: { min: 0.95, noWorseThan: 'baseline', margin: 0.01 },
      }),
    ]),
  );
  expect(markdown.split('\n')[0]).toBe('# Validation of digits v2 against v1: fail');
  expect(markdown).toContain('4 checks: 1 failed, 1 inconclusive, 1 with a warning, 1 passed');
  expect([...cells(markdown, '✘'), ...cells(markdown, '?'), ...cells(markdown, '✔')]).toEqual([
    ['✘ fail', 'f1', '90.00 %', '–', '≥ 95.00 %, ≥ baseline − 1.00 %', '897', 'candidate 90.00 %'],
    ['✘ fail (warning)', 'latency_p99', '25.0 ms', '4.00 ms', '≤ baseline + 10.0 ms', '18', 'candidate 25.0 ms'],
    ['? inconclusive', 'server_memory', '–', '–', '≤ 2.0 MiB', '0', 'unknown'],
    ['✔ pass', 'accuracy', '98.55 %', '–', '≥ 95.00 %', '897', 'candidate 98.55 % on 897 rows'],
  ]);
  const order = ['| f1', '| server_memory', '| latency_p99', '| accuracy'].map((cell) => markdown.indexOf(cell));
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  expect(markdown).toContain(`| data set | examples/data/digits-holdout.csv, 897 rows, sha256:${'d'.repeat(64)} |`);
  expect(markdown).toContain('| requests | 18, 1235 rows/s, gone on with after 1 break |');
});

test('slices, the one that decided in bold', () => {
  const slices = [
    { slice: 'north', rows: 40, candidate: 0.5, baseline: 0.9, verdict: 'fail' as const },
    { slice: 'south', rows: 3, candidate: 1, baseline: null, verdict: 'inconclusive' as const },
  ];
  const markdown = renderMarkdown(reportOf([checkOf('recall', { verdict: 'fail', slices, slice: 'north' })]));
  expect(markdown).toContain('## Slices of recall');
  expect(cells(markdown, '✘ fail | **north**')).toEqual([['✘ fail', '**north**', '40', '50.00 %', '90.00 %']]);
  expect(cells(markdown, '? inconclusive | south')).toEqual([['? inconclusive', 'south', '3', '100.00 %', '–']]);
});

test('a confusion matrix up to 20 classes, once; other details of what did not pass', () => {
  const confusion = {
    classes: ['cat', 'dog|wolf'],
    confusion: [
      [5, 1],
      [2, 7],
    ],
  };
  const differences = [
    { kind: 'breaking', what: 'input x' },
    { kind: 'compatible', what: 'output y', was: 1 / 3 },
  ];
  const markdown = renderMarkdown(
    reportOf([
      checkOf('accuracy', {
        details: { ...confusion, hidden: 'as it passed', calibration: [{ rows: 7, observed: 1 / 3 }] },
      }),
      checkOf('mcc', { details: confusion }),
      checkOf('signature', {
        verdict: 'fail',
        details: { differences, classes: ['own'], exitCode: 3, nested: { a: [1, '```'] } },
      }),
    ]),
  );
  expect(cells(markdown, '**dog')).toEqual([['**dog\\|wolf**', '2', '**7**']]);
  expect(cells(markdown, 'rows |').concat(cells(markdown, '7 |'))).toEqual([
    ['rows', 'observed'],
    ['7', '0.333333'],
  ]);
  expect(markdown).not.toContain('hidden');
  expect(markdown).not.toContain('Details of mcc');
  expect(cells(markdown, 'compatible')).toEqual([['compatible', 'output y', '0.333333']]);
  expect(markdown).toContain('exitCode: 3');
  expect(markdown).toContain('\n````json\n');
  const many = Array.from({ length: 21 }, (_, i) => String(i));
  const large = checkOf('accuracy', { details: { classes: many, confusion: many.map(() => many.map(Number)) } });
  expect(renderMarkdown(reportOf([large]))).toContain('The confusion matrix of 21 classes is in the JSON report');
});

test('nothing that a data set or a server says is markup', () => {
  const reason = 'label "![x](http://h/) <b>|`_*\\" \r\n# new';
  const markdown = renderMarkdown(reportOf([checkOf('accuracy', { verdict: 'fail', reason: `accuracy: ${reason}` })]));
  const [row] = cells(markdown, '✘');
  expect(row).toHaveLength(7);
  expect(row![6]).toBe('label "\\!\\[x\\](http://h/) &lt;b&gt;\\|\\`\\_\\*\\\\"  \\# new');
  expect(fenced('a ```` b', '')).toBe('`````\na ```` b\n`````');
});

test('the JSON report is the report', () => {
  const report = reportOf([checkOf('accuracy', { details: { classes: ['a'], confusion: [[1]] } })]);
  expect(JSON.parse(renderReport(report, 'json'))).toEqual(report);
});
