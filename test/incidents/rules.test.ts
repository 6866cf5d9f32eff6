import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import type { Finding, MonitorReading, MonitorValue } from '../../src/domain/monitor.js';
import { monitorFrame } from '../../src/domain/spec/monitors/frame.js';
import { evaluateRules, type RuleOutcome, type RulePast } from '../../src/incidents/rules.js';

const START = Date.parse('2026-11-21T10:00:00.000Z');
const frameOf = (rules?: z.input<typeof monitorFrame.rules>) =>
  z.strictObject(monitorFrame).parse({ sluice: 'monitor/v1', name: 'm', service: 'digits', every: '60s', rules });

const accuracy = (value: number | null, parts: Partial<MonitorValue> = {}): MonitorValue => ({
  metric: 'accuracy',
  subject: null,
  version: 'v2',
  value,
  samples: 500,
  ...parts,
});
const finding = (parts: Partial<Finding> = {}): Finding => ({
  key: 'db',
  severity: 'critical',
  cause: 'environment',
  version: null,
  subject: 'db',
  message: 'db does not answer',
  value: null,
  limit: null,
  ...parts,
});
const readingAt = (seconds: number, parts: Partial<MonitorReading> = {}): MonitorReading => ({
  service: 'digits',
  monitor: 'm',
  kind: 'dependencies',
  at: new Date(START + seconds * 1000).toISOString(),
  window: null,
  verdict: 'pass',
  reason: 'well',
  findings: [],
  values: [],
  ...parts,
});

/** Runs one after the other, what is kept carried as JSON. */
function course(rules: z.input<typeof monitorFrame.rules>, readings: readonly MonitorReading[]): RuleOutcome[] {
  let past: RulePast = {};
  return readings.map((one) => {
    const outcome = evaluateRules(frameOf(rules), one, past);
    past = JSON.parse(JSON.stringify(outcome.past)) as RulePast;
    return outcome;
  });
}
const firing = (outcomes: readonly RuleOutcome[]) => outcomes.map((one) => one.firing.length);

describe('a limit', () => {
  const rules = [{ metric: 'accuracy', min: 0.9, for: '5m', action: 'rollback' as const }];
  const at = (seconds: number, value: number | null) => readingAt(seconds, { values: [accuracy(value)] });

  test('fires once it has been broken for so long, and says by how much', () => {
    const outcomes = course(
      rules,
      [0, 60, 120, 180, 240, 300, 360].map((s) => at(s, 0.8)),
    );
    expect(firing(outcomes)).toEqual([0, 0, 0, 0, 0, 1, 1]);
    const [trouble] = outcomes[5]?.firing ?? [];
    expect(trouble).toMatchObject({
      since: at(0, 0).at,
      cause: 'version',
      version: 'v2',
      rule: { severity: 'critical' },
    });
    expect(trouble?.title).toBe('accuracy of v2 is 0.8, below 0.9 (500 samples)');
  });

  test('begins anew after a good value', () => {
    const values = [0.8, 0.8, 0.8, 0.95, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8];
    expect(
      firing(
        course(
          rules,
          values.map((value, n) => at(60 * n, value)),
        ),
      ),
    ).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  });

  test('a gap is neither good nor bad: what was is kept, nothing fires meanwhile, nothing is over', () => {
    const outcomes = course(
      rules,
      [0.8, 0.8, null, 0.8, 0.8, 0.8].map((value, n) => at(60 * n, value)),
    );
    expect(firing(outcomes)).toEqual([0, 0, 0, 0, 0, 1]);
    const key = outcomes[5]?.firing[0]?.key ?? '';
    expect(outcomes[2]?.isOver(key)).toBe(false);
    expect(outcomes[2]?.missing).toEqual(['accuracy']);
  });

  test('after runs that were missed nobody knows what was between: it begins anew', () => {
    expect(firing(course(rules, [at(0, 0.8), at(600, 0.8), at(660, 0.8), at(900, 0.8)]))).toEqual([0, 0, 0, 1]);
  });

  test('a clock that goes back fires nothing early', () => {
    expect(firing(course(rules, [at(0, 0.8), at(-400, 0.8), at(60, 0.8)]))).toEqual([0, 0, 0]);
  });

  test('each version and subject by itself', () => {
    const both = [accuracy(0.8), accuracy(0.7, { version: 'v1' }), accuracy(0.95, { subject: 'eu' })];
    const [outcome] = course([{ metric: 'accuracy', min: 0.9 }], [readingAt(0, { values: both })]);
    expect(outcome?.firing.map(({ version }) => version).sort()).toEqual(['v1', 'v2']);
    const [one] = course([{ metric: 'accuracy', min: 0.9, version: 'v1' }], [readingAt(0, { values: both })]);
    expect(one?.firing).toHaveLength(1);
  });

  test('a metric that nobody measures is missing, not well', () => {
    expect(course(rules, [readingAt(0)])[0]?.missing).toEqual(['accuracy']);
  });

  test('trouble is not over while nobody measures its metric, whatever else is measured', () => {
    const other = accuracy(1, { metric: 'rating' });
    const outcomes = course(
      [{ metric: 'accuracy', min: 0.9 }],
      [
        at(0, 0.8),
        readingAt(60, { values: [other] }),
        readingAt(120, { values: [other, accuracy(0.95, { version: 'v3' })] }),
      ],
    );
    const key = outcomes[0]?.firing[0]?.key ?? '';
    // In the end others of it are measured, and what was in trouble is gone.
    expect(outcomes.map((one) => one.isOver(key))).toEqual([false, false, true]);
  });
});

describe('findings', () => {
  test('by default a version rolls back, the environment pauses, a warning is noted', () => {
    const findings = [
      finding(),
      finding({ key: 'bad', cause: 'version', version: 'v2' }),
      finding({ key: 'slow', severity: 'warning' }),
    ];
    const { firing: found } = evaluateRules(frameOf(), readingAt(0, { verdict: 'fail', findings }), {});
    expect(found.map(({ rule, key }) => [rule.action, rule.severity, key.split('/').at(-1)])).toEqual([
      ['rollback', 'critical', 'bad'],
      ['pause', 'critical', 'db'],
      ['note', 'warning', 'slow'],
    ]);
  });

  test('one that is gone is over, unless the monitor could not see', () => {
    const outcomes = course(
      [{ finding: 'critical' }],
      [
        readingAt(0, { verdict: 'fail', findings: [finding()] }),
        readingAt(60, { verdict: 'inconclusive' }),
        readingAt(120),
      ],
    );
    const key = outcomes[0]?.firing[0]?.key ?? '';
    expect(outcomes.map((one) => one.isOver(key))).toEqual([false, false, true]);
  });

  test('a monitor that can’t see can be trouble itself', () => {
    const blind = (s: number) => readingAt(s, { verdict: 'inconclusive', reason: 'nobody answers' });
    const outcomes = course(
      [{ unmeasured: true, for: '2m', action: 'pause' }],
      [blind(0), blind(60), blind(120), readingAt(180)],
    );
    expect(firing(outcomes)).toEqual([0, 0, 1, 0]);
    expect(outcomes[3]?.isOver(outcomes[2]?.firing[0]?.key ?? '')).toBe(true);
  });

  test('a thousand are bounded', () => {
    const findings = Array.from({ length: 1000 }, (_, n) => finding({ key: `k${n}` }));
    const outcome = evaluateRules(frameOf(), readingAt(0, { verdict: 'fail', findings }), {});
    expect(outcome.firing).toHaveLength(100);
    expect(Object.keys(outcome.past)).toHaveLength(100);
  });

  test('what has no room among so many is not over: one that was first may be last in the next reading', () => {
    const values = Array.from({ length: 150 }, (_, n) => accuracy(0.5, { subject: `f${n}` }));
    const ofValues = course(
      [{ metric: 'accuracy', min: 0.9 }],
      [readingAt(0, { values }), readingAt(60, { values: values.toReversed() })],
    );
    // A reading keeps a hundred findings of however many there were.
    const findings = Array.from({ length: 150 }, (_, n) => finding({ key: `k${n}` }));
    const ofFindings = course(
      [{ finding: 'critical' }],
      [findings.slice(0, 100), findings.slice(50), findings.slice(60)].map((some, n) =>
        readingAt(60 * n, { verdict: 'fail', findings: some }),
      ),
    );
    for (const [first, second] of [ofValues, ofFindings])
      expect(first?.firing.filter(({ key }) => second?.isOver(key))).toEqual([]);
    expect(ofFindings[0]?.firing.filter(({ key }) => ofFindings[2]?.isOver(key))).toHaveLength(60);
  });
});

test('whatever is measured: nothing fires that was not seen for so long, and what fires is not over', () => {
  const values = fc.array(fc.option(fc.constantFrom(0.5, 0.95), { nil: null }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(values, (given) => {
      const outcomes = course(
        [{ metric: 'accuracy', min: 0.9, for: '2m' }],
        given.map((value, n) => readingAt(60 * n, { values: [accuracy(value)] })),
      );
      for (const [n, outcome] of outcomes.entries())
        for (const { key, since } of outcome.firing) {
          expect(outcome.isOver(key)).toBe(false);
          const from = (Date.parse(since) - START) / 60_000;
          expect(n - from).toBeGreaterThanOrEqual(2);
          expect(given.slice(from, n + 1)).not.toContain(0.95);
        }
    }),
  );
});
