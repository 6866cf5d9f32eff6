import { describe, expect, test } from '@jest/globals';
import { logsMonitor } from '../../../src/domain/spec/monitors/logs.js';
import { evaluateLogs, type LogEvidence } from '../../../src/monitors/logs/evaluate.js';
import type { LogCount, LogPoint, LogTemplate } from '../../../src/ports/log-store.js';
import { seededRandom } from '../../../src/stats/index.js';

const MINUTE_MS = 60_000;
const UNTIL = Date.parse('2026-11-21T12:00:00Z');
const iso = (ms: number) => new Date(ms).toISOString();
const spec = logsMonitor.parse({ kind: 'logs' });

const TEXTS: Record<string, string> = {
  oom: 'CUDA out of memory. Tried to allocate <num>',
  refused: 'Connection to <ip> refused',
  nan: 'ValueError: Input contains NaN',
};
const template = (id: string): LogTemplate => ({
  service: 'digits',
  id,
  text: TEXTS[id] ?? id,
  sample: TEXTS[id] ?? id,
  firstSeen: iso(UNTIL - 60_000),
  lastSeen: iso(UNTIL),
});
const errors = (version: string, templateId: string, lines: number): LogCount => ({
  version,
  templateId,
  level: 'error',
  lines,
});
const fine = (version: string, lines: number): LogCount => ({ version, templateId: 'ok', level: 'info', lines });

/** Ten-minute windows, the last one the judged one. */
function seriesOf(lines: readonly number[], failed: readonly number[] = []): LogPoint[] {
  return lines.map((count, i) => ({
    at: iso(UNTIL - (lines.length - i) * 10 * MINUTE_MS),
    lines: count,
    errors: failed[i] ?? 0,
  }));
}

function evidence(parts: Partial<LogEvidence>): LogEvidence {
  const since = UNTIL - spec.window;
  return {
    window: { service: 'digits', since: iso(since), until: iso(UNTIL) },
    history: { service: 'digits', since: iso(since - spec.history), until: iso(since) },
    arms: {
      baseline: 'v1',
      candidate: 'v2',
      requests: new Map([
        ['v1', 900],
        ['v2', 100],
      ]),
    },
    counts: [fine('v1', 900), fine('v2', 100)],
    before: [fine('v1', 100_000)],
    templates: [...Object.keys(TEXTS), 'ok'].map(template),
    series: [],
    ...parts,
  };
}
const judge = (parts: Partial<LogEvidence>, limits: Partial<typeof spec> = {}) =>
  evaluateLogs({ ...spec, ...limits }, evidence(parts));

describe('versions', () => {
  test('quiet: a pass that says who was compared', () => {
    expect(judge({})).toMatchObject({
      verdict: 'pass',
      findings: [],
      reason: expect.stringContaining('v2 against v1'),
    });
  });

  test('an error that only the candidate has is its fault', () => {
    const counts = [fine('v1', 900), fine('v2', 90), errors('v2', 'oom', 10)];
    const { verdict, findings, reason } = judge({ counts });
    expect(verdict).toBe('fail');
    expect(findings).toEqual([
      expect.objectContaining({
        key: 'logs/only/v2/oom',
        severity: 'critical',
        cause: 'version',
        version: 'v2',
        subject: 'oom',
        message:
          'only v2 has out-of-memory error "CUDA out of memory. Tried to allocate <num>": 10 in 100 requests of v2, 0 in 900 of v1',
      }),
    ]);
    expect(reason).toBe(findings[0]?.message);
  });

  test('the same number, where the candidate has half of the traffic, is chance or nearly', () => {
    const arms = {
      baseline: 'v1',
      candidate: 'v2',
      requests: new Map([
        ['v1', 500],
        ['v2', 500],
      ]),
    };
    expect(judge({ arms, counts: [fine('v1', 500), fine('v2', 500), errors('v2', 'oom', 8)] }).verdict).toBe('pass');
    expect(judge({ arms, counts: [fine('v1', 500), fine('v2', 500), errors('v2', 'oom', 12)] }).verdict).toBe('fail');
  });

  test('fewer than minCount are not judged', () => {
    expect(judge({ counts: [fine('v1', 900), fine('v2', 100), errors('v2', 'oom', 4)] }).verdict).toBe('pass');
  });

  test('more often than the baseline, by requests: fail; as often: not', () => {
    const counts = (ofCandidate: number) => [
      fine('v1', 900),
      fine('v2', 100),
      errors('v1', 'nan', 9),
      errors('v2', 'nan', ofCandidate),
    ];
    const before = [fine('v1', 10_000), errors('v1', 'nan', 90)];
    expect(judge({ counts: counts(15), before }).findings[0]).toMatchObject({
      key: 'logs/more/v2/nan',
      cause: 'version',
      value: 15,
    });
    expect(judge({ counts: counts(1), before })).toMatchObject({ verdict: 'pass', findings: [] });
  });

  test('an error that the baseline had before is no new one of the candidate, but may be more', () => {
    const counts = [fine('v1', 900), fine('v2', 90), errors('v2', 'refused', 10)];
    const before = [fine('v1', 10_000), errors('v1', 'refused', 3)];
    expect(judge({ counts, before }).findings[0]?.key).toBe('logs/more/v2/refused');
    const own = [fine('v1', 10_000), errors('v2', 'refused', 3)];
    expect(judge({ counts, before: own }).findings[0]?.key).toBe('logs/only/v2/refused');
  });

  test('a new error of both is the environment, critical from a share on', () => {
    const counts = (share: number) => [
      fine('v1', 900),
      fine('v2', 100),
      errors('v1', 'refused', 900 * share),
      errors('v2', 'refused', 100 * share),
    ];
    expect(judge({ counts: counts(0.1) })).toMatchObject({
      verdict: 'fail',
      findings: [{ key: 'logs/new/refused', severity: 'critical', cause: 'environment', version: null }],
    });
    expect(judge({ counts: counts(0.02) })).toMatchObject({
      verdict: 'pass',
      findings: [{ severity: 'warning', cause: 'environment' }],
    });
  });

  test('two texts of one template are one signature', () => {
    const templates = [
      ...evidence({}).templates,
      { ...template('old'), text: 'CUDA out of memory. Tried to allocate <*>' },
    ];
    const counts = [fine('v1', 900), fine('v2', 100), errors('v1', 'old', 90), errors('v2', 'oom', 10)];
    expect(judge({ counts, templates, before: [fine('v1', 1000), errors('v1', 'old', 100)] }).findings).toEqual([]);
  });

  test('messages that are not kept are compared, but are never new', () => {
    const counts = [fine('v1', 900), fine('v2', 50), errors('v2', 'other', 50)];
    expect(judge({ counts }).findings[0]?.key).toBe('logs/more/v2/other');
  });

  test('several errors a request are no fault', () => {
    expect(judge({ counts: [fine('v1', 900), fine('v2', 100), errors('v2', 'oom', 5000)] }).verdict).toBe('fail');
  });
});

describe('no data is never a pass', () => {
  test.each<[string, Partial<LogEvidence>, RegExp]>([
    ['no line', { counts: [] }, /no line from 2026/],
    ['none of the candidate', { counts: [fine('v1', 900)] }, /no line of version v2/],
    ['none of the baseline', { counts: [fine('v2', 900)] }, /no line of version v1/],
    [
      'few requests',
      {
        arms: {
          baseline: 'v1',
          candidate: 'v2',
          requests: new Map([
            ['v1', 900],
            ['v2', 49],
          ]),
        },
      },
      /v2 has 49 requests; 50 are needed/,
    ],
    [
      'no requests and few lines',
      { arms: { baseline: 'v1', candidate: 'v2', requests: new Map() }, counts: [fine('v1', 900), fine('v2', 20)] },
      /v2 has 20 lines/,
    ],
  ])('%s', (_, parts, reason) => {
    expect(judge(parts)).toMatchObject({ verdict: 'inconclusive', reason: expect.stringMatching(reason) });
  });

  test('without recorded requests lines are what counts', () => {
    const arms = { baseline: 'v1', candidate: 'v2', requests: new Map() };
    const { details } = judge({ arms });
    expect(details).toMatchObject({ exposure: { per: 'line', candidate: { exposure: 100 } } });
  });

  test('a service without a candidate: what is new', () => {
    const arms = { baseline: 'v1', candidate: null, requests: new Map() };
    expect(judge({ arms, counts: [fine('v1', 900)] })).toMatchObject({ verdict: 'pass' });
    const counts = [fine('v1', 900), errors('v1', 'refused', 9)];
    expect(judge({ arms, counts }).findings[0]).toMatchObject({ key: 'logs/new/refused', severity: 'warning' });
    expect(judge({ arms, counts, before: [] }).findings).toEqual([]);
  });
});

describe('rates', () => {
  const steady = Array.from({ length: 60 }, (_, i) => 1000 + (i % 7) * 10);

  test('less history than is needed: not judged, and said', () => {
    const { values, findings } = judge({ series: seriesOf([1000, 1000, 5]) });
    expect(findings).toEqual([]);
    expect(values.find(({ metric }) => metric === 'history_windows')).toMatchObject({
      value: 2,
      why: expect.stringContaining('12'),
    });
  });

  test.each<[string, number[], number[], string | undefined]>([
    ['as usual', [...steady, 1030], [], undefined],
    ['fewer lines', [...steady, 200], [], 'logs/rate/lines/fewer'],
    ['many lines', [...steady, 3000], [], 'logs/rate/lines/more'],
    ['many errors', [...steady, 1030], [...steady.map(() => 4), 40], 'logs/rate/errors/more'],
    [
      'errors that grow a little and stay',
      [...steady, 1000],
      [...steady.slice(0, 48).map(() => 16), ...Array.from({ length: 13 }, () => 33)],
      'logs/rate/errors/more',
    ],
    ['fewer errors', [...steady, 1030], [...steady.map(() => 400), 4], undefined],
  ])('%s', (_, lines, failed, key) => {
    const { findings, verdict } = judge({ series: seriesOf(lines, failed) });
    expect(findings.map((one) => one.key)).toEqual(key === undefined ? [] : [key]);
    expect(findings.every(({ severity }) => severity === 'warning')).toBe(true);
    expect(verdict).toBe('pass');
  });

  test('no line at all in the last window is fewer', () => {
    const series = seriesOf([...steady, 0]).filter(({ lines }) => lines > 0);
    expect(judge({ series, counts: [] })).toMatchObject({
      verdict: 'inconclusive',
      findings: [{ key: 'logs/rate/lines/fewer' }],
    });
  });

  test('more traffic, with its share of errors, is no more errors', () => {
    const { findings } = judge({ series: seriesOf([...steady, 4000], [...steady.map(() => 20), 80]) });
    expect(findings.map(({ key }) => key)).toEqual(['logs/rate/lines/more']);
  });
});

test('400 quiet windows: two false findings at most, of versions none', () => {
  const random = seededRandom(20_261_121);
  const poisson = (mean: number) => {
    let [count, product] = [0, random()];
    for (const limit = Math.exp(-mean); product > limit; product *= random()) count += 1;
    return count;
  };
  const ids = Object.keys(TEXTS);
  const [lines, failed] = [[] as number[], [] as number[]];
  let [ofVersions, ofRates] = [0, 0];
  for (let i = 0; i < 500; i += 1) {
    const counts = [
      ...ids.map((id) => errors('v1', id, poisson(9))),
      ...ids.map((id) => errors('v2', id, poisson(1))),
    ].filter((one) => one.lines > 0);
    const total = counts.reduce((sum, one) => sum + one.lines, 0);
    lines.push(1000 + poisson(30));
    failed.push(total);
    if (i < 100) continue;
    const before = [fine('v1', 10_000), ...ids.map((id) => errors('v1', id, 90))];
    const series = seriesOf(lines.slice(-145), failed.slice(-145));
    for (const { key } of judge({ counts: [fine('v1', 900), fine('v2', 100), ...counts], before, series }).findings)
      if (key.startsWith('logs/rate/')) ofRates += 1;
      else ofVersions += 1;
  }
  expect(ofVersions).toBe(0);
  expect(ofRates).toBeLessThanOrEqual(2);
});

test.each<[string, object, RegExp]>([
  ['a window of half a minute', { window: '30s' }, /whole minutes/],
  ['less history than a window', { window: '10m', history: '5m' }, /at least one window/],
  ['too many windows', { window: '1m', history: '3d' }, /2000 windows/],
  ['a retention below the history', { history: '24h', retention: '24h' }, /history and window together/],
  ['what it does not know', { windows: '1m' }, /windows/],
])('the spec refuses %s', (_, fields, message) => {
  expect(JSON.stringify(logsMonitor.safeParse({ kind: 'logs', ...fields }).error?.issues)).toMatch(message);
});
