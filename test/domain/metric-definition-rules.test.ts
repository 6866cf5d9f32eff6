import { describe, expect, test } from '@jest/globals';
import {
  BUILTIN_METRICS,
  isOfRevenue,
  metricDefinition,
  metricNamed,
  sourcesOf,
} from '../../src/domain/spec/metric-definition.js';
import { placesOf } from './spec-places.js';

const places = (given: object) => placesOf(metricDefinition, { name: 'm', ...given });
const [revenue, asked] = [{ feedback: 'revenue' }, { outcome: 'requests' }] as const;
const WHOLE = {
  mean: { source: revenue },
  proportion: { source: revenue },
  ratio: { source: revenue },
  quantile: { source: revenue, quantile: 0.5 },
  retention: { retention: { from: '1d', to: '7d' } },
};
const PARTS = {
  source: asked,
  numerator: asked,
  denominator: asked,
  within: '7d',
  cap: { value: 10 },
  quantile: 0.5,
  retention: { from: '1d', to: '7d' },
  currency: 'EUR',
};

describe('what a kind of metric needs, may have and must not have', () => {
  test.each([
    ['mean', ['source'], ['within', 'cap', 'currency']],
    ['proportion', ['source'], ['within']],
    ['quantile', ['source', 'quantile'], ['within', 'currency']],
    ['retention', ['retention'], []],
  ] as const)('a %s', (kind, needs, may) => {
    const whole: Record<string, unknown> = WHOLE[kind];
    expect(places({ kind, ...whole })).toEqual([]);
    for (const key of needs) expect(places({ kind, ...whole, [key]: undefined })).toEqual([key]);
    const others = Object.entries(PARTS).filter(([key]) => !Object.hasOwn(whole, key));
    const refused = others.filter(([key, part]) => places({ kind, ...whole, [key]: part }).includes(key));
    expect(others.map(([key]) => key).filter((key) => !refused.some(([no]) => no === key))).toEqual(may);
  });

  test('a ratio is of two sources, or of one alone', () => {
    const ratio = (given: object) => places({ kind: 'ratio', ...given });
    expect(ratio({ numerator: asked, denominator: asked })).toEqual([]);
    expect(ratio({ source: asked })).toEqual([]);
    for (const given of [
      {},
      { numerator: asked },
      { denominator: asked },
      { source: asked, numerator: asked },
      { source: asked, denominator: asked },
      { source: asked, numerator: asked, denominator: asked },
    ])
      expect(ratio(given)).toEqual(['numerator']);
    expect(ratio({ source: revenue, within: '1d', cap: { value: 1 }, currency: 'EUR' })).toEqual([]);
    expect(ratio({ source: asked, quantile: 0.5 })).toEqual(['quantile']);
    expect(places({ kind: 'mean', source: asked, numerator: asked })).toEqual(['numerator']);
  });
});

test('a retention ends after it begins', () => {
  const of = (from: string, to: string) => places({ kind: 'retention', retention: { from, to } });
  expect([of('1d', '25h'), of('1d', '24h'), of('2d', '1d')]).toEqual([[], ['retention.from'], ['retention.from']]);
});

test('only revenue is in a currency, in whatever part it is', () => {
  const currency = 'EUR';
  expect(places({ kind: 'mean', source: asked, currency })).toEqual(['currency']);
  expect(places({ kind: 'mean', source: { feedback: 'rating' }, currency })).toEqual(['currency']);
  const ratio = (numerator: object, denominator: object) => places({ kind: 'ratio', numerator, denominator, currency });
  expect([ratio(revenue, asked), ratio(asked, revenue), ratio(asked, asked)]).toEqual([[], [], ['currency']]);
  expect([isOfRevenue({ source: revenue }), isOfRevenue({ source: asked }), isOfRevenue({})]).toEqual([
    true,
    false,
    false,
  ]);
});

describe('a source', () => {
  test('of a survey names its question, and no other has one', () => {
    const parts = (part: object) => [
      places({ kind: 'mean', source: part }),
      places({ kind: 'ratio', numerator: part, denominator: asked }),
      places({ kind: 'ratio', numerator: asked, denominator: part }),
    ];
    const everywhere = [['source.survey'], ['numerator.survey'], ['denominator.survey']];
    expect(parts({ feedback: 'survey', survey: 'nps' })).toEqual([[], [], []]);
    expect(parts({ feedback: 'survey' })).toEqual(everywhere);
    expect(parts({ feedback: 'rating', survey: 'nps' })).toEqual(everywhere);
    expect(parts({ feedback: 'rating' })).toEqual([[], [], []]);
  });

  test.each<[string, object, string[]]>([
    ['mean', {}, ['sum', 'count', 'any']],
    ['proportion', {}, ['any']],
    ['quantile', { quantile: 0.5 }, []],
    ['ratio', {}, []],
  ])('of a %s is taken as %j %j', (kind, more, taken) => {
    const takes = ['sum', 'count', 'any'].filter((take) => {
      const refused = places({ kind, source: { ...revenue, take }, ...more });
      expect(refused).toEqual(refused.length === 0 ? [] : ['source.take']);
      return refused.length === 0;
    });
    expect(takes).toEqual(taken);
  });

  test('of a query asks for a stretch of time, by parameters', () => {
    const sql = (query: string) => places({ kind: 'mean', source: { sql: { query } } });
    expect(sql('SELECT unit FROM t WHERE at BETWEEN {{since}} AND {{ until }}')).toEqual([]);
    expect(sql("SELECT unit FROM t WHERE at > {{since}} AND kind = 'it''s'")).toEqual([]);
    expect(sql('SELECT unit FROM t WHERE at > {{since}} AND v = {{version}}')).toEqual(['source.sql.query']);
    expect(sql("SELECT unit FROM t WHERE at > '{{since}}'")).toEqual(['source.sql.query']);
    expect(sql("SELECT unit FROM t WHERE at > 'it''s {{since}}'")).toEqual(['source.sql.query']);
    expect(sql("SELECT unit FROM t WHERE kind = 'a' AND at > {{since}} AND v = 'b'")).toEqual([]);
    expect(sql('SELECT unit FROM "t" WHERE at > "{{since}}"')).toEqual(['source.sql.query']);
  });

  test('is one of three kinds, and a cap one of two', () => {
    const words = (given: object) =>
      metricDefinition.safeParse({ name: 'm', kind: 'mean', source: asked, ...given }).error?.issues[0]?.message;
    expect(words({ source: { sales: 1 } })).toBe('expected one of feedback, outcome and sql');
    expect(words({ cap: {} })).toBe('expected either percentile or value');
  });
});

describe('the sources of a metric’s columns', () => {
  const sources = (given: object) => sourcesOf(metricDefinition.parse({ name: 'm', ...given }));
  const value = (take: string, source: object = asked) => ({ source: { ...source }, take });

  test('are one, taken as the metric says or as its kind is', () => {
    expect(sources({ kind: 'mean', source: asked })).toEqual({ value: value('sum'), denominator: null });
    expect(sources({ kind: 'proportion', source: asked })).toEqual({ value: value('any'), denominator: null });
    expect(sources({ kind: 'quantile', source: asked, quantile: 0.5 })).toMatchObject({ denominator: null });
    const counted = { ...asked, take: 'count' };
    expect(sources({ kind: 'mean', source: counted })).toEqual({ value: value('count', counted), denominator: null });
  });

  test('are two of a ratio: the sum over the sum, or over the number of its events', () => {
    expect(sources({ kind: 'ratio', numerator: revenue, denominator: asked })).toEqual({
      value: value('sum', revenue),
      denominator: value('sum'),
    });
    const [any, count] = [
      { ...revenue, take: 'any' },
      { ...asked, take: 'count' },
    ];
    expect(sources({ kind: 'ratio', numerator: any, denominator: count })).toEqual({
      value: value('any', any),
      denominator: value('count', count),
    });
    expect(sources({ kind: 'ratio', source: revenue })).toEqual({
      value: value('sum', revenue),
      denominator: value('count', revenue),
    });
  });

  test('are none of retention', () => {
    expect(sources({ kind: 'retention', ...WHOLE.retention })).toEqual({ value: null, denominator: null });
  });
});

test('a metric is found by its name: a spec’s own, and those that Sluice defines', () => {
  const own = metricDefinition.parse({ name: 'm', kind: 'mean', source: asked });
  expect([metricNamed('m', [own]), metricNamed('m'), metricNamed('n', [own])]).toEqual([own, undefined, undefined]);
  expect(metricNamed('latency_p95')).toMatchObject({ kind: 'quantile', quantile: 0.95, goal: 'decrease' });
  expect(metricNamed('error_rate', [own])).toMatchObject({
    kind: 'ratio',
    goal: 'decrease',
    source: { outcome: 'error' },
  });
  for (const metric of BUILTIN_METRICS) expect(metricDefinition.safeParse(metric).error).toBeUndefined();
});
