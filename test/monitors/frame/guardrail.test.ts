import { describe, expect, test } from '@jest/globals';
import { judgeLook, type Measured } from '../../../src/analysis/look.js';
import { judgeMonitor } from '../../../src/analysis/monitor-guardrail.js';
import type { Finding, MonitorReading } from '../../../src/domain/monitor.js';
import { guardrail, type MetricGuardrail, type MonitorGuardrail } from '../../../src/domain/spec/guardrail.js';

const AT = '2026-11-21T10:00:00.000Z';
const rule = guardrail.parse({ metric: 'monitor', monitor: 'deps', maxAge: '5m' }) as MonitorGuardrail;
const finding = (parts: Partial<Finding>): Finding => ({
  key: 'k',
  severity: 'critical',
  cause: 'version',
  version: null,
  subject: null,
  message: 'it is bad',
  value: 0.5,
  limit: 0.9,
  ...parts,
});
const reading = (parts: Partial<MonitorReading>): MonitorReading => ({
  service: 'digits',
  monitor: 'deps',
  kind: 'dependencies',
  at: AT,
  window: null,
  verdict: 'pass',
  reason: 'all is well',
  findings: [],
  values: [],
  ...parts,
});
const failed = (...findings: Partial<Finding>[]) => reading({ verdict: 'fail', findings: findings.map(finding) });
const later = (ms: number) => new Date(Date.parse(AT) + ms).toISOString();
const judge = (given: MonitorReading | null, at = AT) => {
  const { verdict, rule: by } = judgeMonitor(rule, { reading: given, candidate: 'v2', at });
  return `${verdict} ${by}`;
};

describe('a monitor as a guardrail', () => {
  test.each<[string, MonitorReading | null, string]>([
    ['a good reading', reading({}), 'pass monitor'],
    ['no reading', null, 'inconclusive monitor'],
    ['one that could not measure', reading({ verdict: 'inconclusive' }), 'inconclusive monitor'],
    ['a failure without a finding', failed(), 'inconclusive monitor'],
    ['only warnings', reading({ findings: [finding({ severity: 'warning' })] }), 'pass monitor'],
    ['the candidate’s fault', failed({ version: 'v2' }), 'fail monitor'],
    ['nobody’s by name', failed({}), 'fail monitor'],
    ['the baseline’s fault', failed({ version: 'v1' }), 'inconclusive environment'],
    ['the environment’s', failed({ cause: 'environment' }), 'inconclusive environment'],
    ['both', failed({ cause: 'environment' }, { version: 'v2' }), 'fail monitor'],
  ])('%s', (_, given, expected) => expect(judge(given)).toBe(expected));

  test('an old reading says nothing, nor does one from a clock far ahead', () => {
    expect(judge(reading({}), later(300_000))).toBe('pass monitor');
    expect(judge(reading({}), later(300_001))).toBe('inconclusive monitor');
    expect(judge(failed({}), later(300_001))).toBe('inconclusive monitor');
    expect(judge(reading({}), later(-300_001))).toBe('inconclusive monitor');
    expect(judge(reading({ at: 'yesterday' }))).toBe('inconclusive monitor');
  });

  test('the evidence shows what the finding found, and how far a clock is away', () => {
    const at = (ms: number) => judgeMonitor(rule, { reading: reading({}), candidate: 'v2', at: later(ms) }).reason;
    expect(at(300_001)).toContain('300001 ms old');
    expect(at(-300_001)).toContain('300001 ms ahead of this clock');
    const bad = failed({ version: 'v2' });
    expect(judgeMonitor(rule, { reading: bad, candidate: 'v2', at: AT })).toMatchObject({
      candidate: { samples: 0, value: 0.5 },
      baseline: { samples: 0, value: null },
      bound: 0.9,
    });
    // Where nobody can say which version is on trial, a version's fault is its fault.
    expect(judgeMonitor(rule, { reading: bad, candidate: null, at: AT }).verdict).toBe('fail');
  });

  test('while a dependency is broken no other guardrail blames the candidate', () => {
    const errors = guardrail.parse({ metric: 'error_rate' }) as MetricGuardrail;
    const share = (successes: number) => ({ kind: 'proportion', value: { successes, trials: 500 } }) as const;
    const bad: Measured = { guardrail: errors, comparison: { baseline: share(5), candidate: share(250) } };
    const verdicts = (given: MonitorReading) => {
      const monitor: Measured = { guardrail: rule, monitor: { reading: given, candidate: 'v2', at: AT } };
      return judgeLook([bad, monitor], 0.01, {}).evidence.map(({ metric, verdict }) => `${metric} ${verdict}`);
    };
    expect(verdicts(reading({}))).toEqual(['error_rate fail', 'monitor:deps pass']);
    expect(verdicts(failed({ cause: 'environment' }))).toEqual([
      'error_rate inconclusive',
      'monitor:deps inconclusive',
    ]);
  });

  test('one that must be known fails in the end where it never is', () => {
    const critical = { ...rule, critical: true, inconclusiveLimit: 2 };
    let progress = {};
    const verdicts = [1, 2, 3].map(() => {
      const look = judgeLook(
        [{ guardrail: critical, monitor: { reading: null, candidate: 'v2', at: AT } }],
        0.01,
        progress,
      );
      progress = look.progress;
      return look.evidence[0]?.verdict;
    });
    expect(verdicts).toEqual(['inconclusive', 'inconclusive', 'fail']);
  });
});
