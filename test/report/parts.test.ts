import { describe, expect, test } from '@jest/globals';
import type { LineChart } from '../../src/report/charts/chart.js';
import { PAGE, PAPER } from '../../src/report/charts/palette.js';
import { renderChart } from '../../src/report/charts/render.js';
import { lengthText, timeText, withUnit } from '../../src/report/format.js';
import { html, trusted } from '../../src/report/html/markup.js';
import { confusionMatrices } from '../../src/report/parts/confusion.js';
import { intervalFor } from '../../src/report/parts/performance.js';
import { specOf } from '../../src/report/parts/spec.js';
import { plain } from '../../src/report/plain.js';
import { leftOut, thin } from '../../src/report/thin.js';
import { pageFaults } from './page-faults.js';

test('values in templates are escaped, markup is not', () => {
  const list = ['<a>', html`<b title="${'"&\''}">x</b>`, null, undefined, 3];
  expect(html`<p>${list}${trusted('<hr>')}</p>`.markup).toBe('<p>&lt;a&gt;<b title="&quot;&amp;&#39;">x</b>3<hr></p>');
});

test('text that would turn or break a line becomes plain', () => {
  expect(plain('a\nb\u0000c\u202Ed\uD800e')).toBe('a b c\uFFFDd\uFFFDe');
  expect(plain('x'.repeat(300))).toHaveLength(200);
  expect(plain('😀'.repeat(200), 10)).toBe('😀😀😀😀…');
});

test('an even selection keeps both ends', () => {
  expect(thin([1, 2, 3], 3)).toEqual([1, 2, 3]);
  const few = thin(
    Array.from({ length: 1001 }, (_, n) => n),
    11,
  );
  expect(few).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]);
  expect(leftOut(3, 3, 'rows')).toBeNull();
  expect(leftOut(3, 4, 'rows')).toBe('3 of 4 rows are shown');
});

test('numbers have their units', () => {
  expect(
    [0.1234, 0.1234, 1234567, 0.123456].map((n, at) =>
      withUnit(n, (['share', 'ms', 'count', null] as const)[at] ?? null),
    ),
  ).toEqual(['12.34\u00A0%', '0.12\u00A0ms', '1,234,567', '0.123456']);
  expect(withUnit(null, 'ms')).toBe('–');
  expect(timeText('2026-11-02T09:00:00.123+01:00')).toBe('2026-11-02T08:00:00Z');
  expect(lengthText('2026-11-02T08:00:00Z', '2026-11-05T12:00:30Z')).toBe('3 d 4 h');
});

test.each([
  ['2026-11-02T08:00:00Z', '2026-11-02T08:00:00Z', 10_000],
  ['2026-11-02T08:00:00Z', '2026-11-02T14:00:00Z', 300_000],
  ['2026-11-02T08:00:00Z', '2026-11-16T08:00:00Z', 10_800_000],
  ['2016-11-02T08:00:00Z', '2026-11-02T08:00:00Z', 25 * 86_400_000],
])('from %s to %s in steps of %i ms', (since, until, width) => {
  expect(intervalFor(since, until)).toBe(width);
  expect((Date.parse(until) - Date.parse(since)) / width).toBeLessThanOrEqual(150);
});

test('classes beyond the most frequent are counted as one', () => {
  const rows = Array.from({ length: 30 }, (_, n) => ({
    version: 'v1',
    arm: 'baseline' as const,
    predicted: String(n),
    truth: String(n),
    count: 100 - n,
  }));
  const { data, note } = confusionMatrices({ total: 40, rows });
  expect(data?.[0]?.classes).toEqual([...Array.from({ length: 20 }, (_, n) => String(n)), '(others)']);
  expect(data?.[0]?.counts.at(-1)?.at(-1)).toBe(rows.slice(20).reduce((sum, { count }) => sum + count, 0));
  expect(data?.[0]?.accuracy).toBe(1);
  expect(note).toBe(
    'The 30 most frequent of 40 pairs of labels are counted. The 20 most frequent classes stand by themselves.',
  );
});

test('a spec without its URLs’ user names', () => {
  expect(specOf({ url: 'postgres://a:b@db/x', list: ['https://c@d'], n: 1 }).data).toEqual({
    url: 'postgres://…@db/x',
    list: ['https://…@d'],
    n: 1,
  });
  expect(specOf(null).data).toBeNull();
  expect(specOf('x'.repeat(300_000))).toEqual({
    data: null,
    note: 'The spec has 300002 characters, more than the 200000 that are shown.',
  });
});

describe('a chart', () => {
  const chart: LineChart = {
    kind: 'lines',
    title: 'a </title><b>',
    description: 'it & "that"',
    unit: 'share',
    x: 'time',
    xName: 'time (UTC)',
    lines: [
      {
        name: '<i>one</i>',
        style: 'first',
        points: [1, 2, 3].map((n) => ({ x: `2026-11-0${n}T00:00:00Z`, y: n / 10, low: n / 20, high: n / 5 })),
      },
      {
        name: 'two',
        style: 'second',
        isStep: true,
        points: [
          { x: '2026-11-01T00:00:00Z', y: null },
          { x: '2026-11-03T00:00:00Z', y: 0.2 },
        ],
      },
    ],
    marks: [{ at: '2026-11-02T00:00:00Z', name: 'cut {a|b}' }],
  };

  test('is an SVG with words, without styles, the same at every time', () => {
    const svg = renderChart(chart, { width: 760, height: 300 }, PAPER, 'c1');
    expect(pageFaults(svg)).toEqual([]);
    expect(svg).toContain(
      '<title id="c1-t">a &lt;/title&gt;&lt;b&gt;</title><desc id="c1-d">it &amp; &quot;that&quot;</desc>',
    );
    expect(svg).not.toMatch(/style|class=|ecmeta|<i>|NaN|zr\d/);
    expect(svg).toContain('stroke-dasharray');
    expect(renderChart(chart, { width: 760, height: 300 }, PAPER, 'c1')).toBe(svg);
  });

  test('takes a page’s colours', () => {
    const svg = renderChart(chart, { width: 360, height: 300 }, PAGE, 'c2');
    expect(svg).toContain('stroke="var(--first)"');
    expect(svg).toContain('fill="var(--ink)"');
  });
});
