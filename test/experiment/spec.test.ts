import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { metricDefinition, sourcesOf } from '../../src/domain/spec/metric-definition.js';
import { rolloutSpec } from '../../src/domain/spec/rollout-spec.js';

const EXAMPLE = parse(readFileSync('examples/digits-v2.yaml', 'utf8')) as {
  phases: Record<string, unknown>;
  protocol: object;
};

interface Shown {
  readonly phases: { readonly abTest: Record<string, unknown> };
  readonly metrics?: readonly unknown[];
}

/** What is wrong with the example once it has this evaluation, as `path: message`. */
function faults(abTest: Record<string, unknown>, more: Record<string, unknown> = {}): string[] {
  const spec = {
    ...EXAMPLE,
    ...more,
    phases: { ...EXAMPLE.phases, abTest: { split: 60, primary: 'conversion', minDetectableEffect: 0.02, ...abTest } },
  };
  const parsed = rolloutSpec.safeParse(spec);
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

const metrics = [
  { name: 'bought', kind: 'proportion', source: { feedback: 'conversion' } },
  { name: 'spent', kind: 'mean', source: { feedback: 'revenue' }, cap: { percentile: 0.99 }, currency: 'EUR' },
];

describe('phases.abTest', () => {
  test('as it was written before means what it did', () => {
    expect(faults({})).toEqual([]);
  });

  test('with everything', () => {
    expect(
      faults(
        {
          hypothesis: 'More users buy, because better answers come first.',
          primary: 'bought',
          secondary: ['spent', 'thumb'],
          guardrails: [
            { metric: 'error_rate', margin: 0.01 },
            { metric: 'latency_p99', margin: 0.1, effect: 'relative' },
          ],
          effect: 'relative',
          minDetectableEffect: 0.1,
          margin: 0.05,
          test: 'fixed',
          minDuration: '7d',
          maxDuration: '28d',
          wholeWeeks: true,
          cuped: { before: '14d' },
          correction: 'benjamini-hochberg',
          decision: { superior: 'promote', nonInferior: 'promote', inconclusive: 'promote-if-non-inferior' },
          bots: { maxEventsPerUnitPerHour: 500 },
          planning: { history: '14d', refuse: true },
        },
        { metrics },
      ),
    ).toEqual([]);
  });

  test.each([
    [{ primary: 'sales' }, /^phases.abTest.primary: metric sales is not defined; known are bought, spent, accuracy/],
    [{ secondary: ['spent', 'spent'] }, /^phases.abTest.secondary.1: metric spent is given twice/],
    [{ guardrails: [{ metric: 'nope', margin: 1 }] }, /^phases.abTest.guardrails.0.metric: metric nope is not defined/],
    [
      { guardrails: [{ metric: 'error_rate', margin: 5 }] },
      /guardrails.0.margin: 5 is not below 1: it is a difference of shares/,
    ],
    [{ minDetectableEffect: 2 }, /minDetectableEffect: 2 is not below 1/],
    [{ unit: 'header:x-session' }, /unit: unit header:x-session is not what requests are assigned by/],
    [{ minDuration: '8d' }, /minDuration: minDuration 691200000 ms is longer than maxDuration 604800000 ms/],
    [{ wholeWeeks: true, maxDuration: '10d' }, /maxDuration: maxDuration of 10 days is not a number of whole weeks/],
    [{ test: 'fixed', tuning: 5000 }, /tuning: only a sequential test is tuned/],
    [{ segments: ['moon'] }, /segments.0: segment moon is not in traffic.segments/],
    [{ kind: 'interleaving' }, /interleaving: an evaluation of the kind interleaving has it/],
    [{ primary: 'preference' }, /primary: an evaluation of the kind interleaving has the primary metric preference/],
    [{ decision: { inferior: 'promote' } }, /Unrecognized key/],
    [
      { decision: { nonInferior: 'hold', inconclusive: 'promote-if-non-inferior' } },
      /inconclusive: promote-if-non-inferior contradicts decision.nonInferior, hold/,
    ],
  ])('%j is refused', (abTest, message) => {
    expect(faults(abTest, { metrics }).join('\n')).toMatch(message);
  });

  test('interleaving needs ranked lists, and has one metric', () => {
    const abTest = {
      kind: 'interleaving',
      primary: 'preference',
      minDetectableEffect: 0.02,
      interleaving: { output: 'ranked' },
    };
    expect(faults(abTest)).toEqual([]);
    expect(faults({ ...abTest, minDetectableEffect: 0.6 })[0]).toContain('0.6 is not below 0.5');
    expect(faults({ ...abTest, secondary: ['thumb'] })[0]).toContain(
      'phases.abTest.secondary: an evaluation of the kind interleaving has none',
    );
  });

  test('metrics of the spec may not take Sluice’s names, or each other’s', () => {
    const named = (name: string) => ({ name, kind: 'retention', retention: { from: '1d', to: '7d' } });
    expect(faults({}, { metrics: [named('accuracy')] })[0]).toBe(
      'metrics.0.name: accuracy is a metric that Sluice itself defines',
    );
    expect(faults({}, { metrics: [named('a'), named('a')] })[0]).toBe('metrics.1.name: metric a is given twice');
  });
});

test('what docs/experiments.md shows is taken', () => {
  const text = readFileSync('docs/experiments.md', 'utf8');
  const shown = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml = '']) => parse(yaml) as Shown);
  const traffic = { segments: ['eu', 'us'].map((name) => ({ name, when: { region: [name] } })) };
  const protocol = { ...EXAMPLE.protocol, attributes: { region: 'header:x-region' } };
  expect(shown).toHaveLength(2);
  for (const { phases, metrics: defined = [] } of shown)
    expect(faults({ ...phases.abTest, split: 60 }, { metrics: defined, traffic, protocol })).toEqual([]);
});

describe('a metric', () => {
  const fault = (given: Record<string, unknown>) => {
    const parsed = metricDefinition.safeParse({ name: 'm', ...given });
    return parsed.success
      ? ''
      : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n');
  };
  const revenue = { feedback: 'revenue' };

  test.each([
    { kind: 'mean', source: revenue, cap: { value: 100 }, within: '7d' },
    { kind: 'mean', source: { outcome: 'requests' } },
    { kind: 'ratio', numerator: revenue, denominator: { outcome: 'requests' } },
    { kind: 'ratio', source: { feedback: 'rating' } },
    { kind: 'quantile', source: { outcome: 'latency' }, quantile: 0.9 },
    { kind: 'retention', retention: { from: '7d', to: '14d' } },
    {
      kind: 'mean',
      source: { sql: { connection: 'SHOP', query: 'SELECT unit, at, value FROM orders WHERE at >= {{since}}' } },
    },
  ])('%j is one', (given) => {
    expect(fault(given)).toBe('');
  });

  test.each([
    [{ kind: 'mean' }, 'source: a mean needs source'],
    [
      { kind: 'mean', source: { feedback: 'survey' } },
      'source.survey: feedback of the kind survey names its question, and no other has one',
    ],
    [
      { kind: 'mean', source: { ...revenue, survey: 'nps' } },
      'source.survey: feedback of the kind survey names its question, and no other has one',
    ],
    [{ kind: 'mean', source: revenue, quantile: 0.5 }, 'quantile: a mean has no quantile'],
    [{ kind: 'ratio', numerator: revenue }, 'numerator: a ratio needs numerator and denominator, or a source alone'],
    [
      { kind: 'ratio', source: revenue, denominator: revenue },
      'numerator: a ratio needs numerator and denominator, or a source alone',
    ],
    [{ kind: 'proportion', source: { ...revenue, take: 'sum' } }, 'source.take: a proportion takes any, not sum'],
    [
      { kind: 'retention', retention: { from: '7d', to: '1d' } },
      'retention.from: 604800000 ms is not before to, 86400000 ms',
    ],
    [
      { kind: 'mean', source: { outcome: 'latency' }, currency: 'EUR' },
      'currency: only feedback of the kind revenue is in a currency',
    ],
    [{ kind: 'mean', source: { feedback: 'sales' } }, 'source: expected one of feedback, outcome and sql'],
    [{ kind: 'mean', source: revenue, cap: { percentile: 0.3 } }, 'cap'],
    [{ kind: 'mean', source: { sql: { query: "SELECT '{{since}}'" } } }, 'it is a parameter and needs none'],
    [{ kind: 'mean', source: { sql: { query: 'SELECT {{version}}' } } }, 'variables are {{since}} and {{until}}'],
  ])('%j is none', (given, message) => {
    expect(fault(given)).toContain(message);
  });

  test('shorthands mean their long form', () => {
    const sources = (given: Record<string, unknown>) => sourcesOf(metricDefinition.parse({ name: 'm', ...given }));
    expect(sources({ kind: 'proportion', source: revenue }).value?.take).toBe('any');
    expect(sources({ kind: 'ratio', source: revenue })).toMatchObject({
      value: { take: 'sum' },
      denominator: { take: 'count' },
    });
    expect(
      sources({ kind: 'ratio', numerator: revenue, denominator: { outcome: 'requests', take: 'count' } }),
    ).toMatchObject({
      value: { take: 'sum' },
      denominator: { take: 'count' },
    });
    expect(sources({ kind: 'retention', retention: { from: '1d', to: '2d' } })).toEqual({
      value: null,
      denominator: null,
    });
  });
});
