import { z } from 'zod';
import { FEEDBACK_KINDS } from '../observation.js';
import { misplacedInSql, variablesIn } from '../query-template.js';
import { duration } from './duration.js';
import { LARGEST_QUERY } from './query.js';

/**
 * What a metric of an experiment is, per unit. All of it is read of exposed units, each once, from what they did after their first exposure:
 * a unit that did nothing counts with 0. See `sourcesOf` for what becomes of the shorthands.
 */

const taken = {
  take: z
    .enum(['sum', 'count', 'any'])
    .optional()
    .describe(
      'What of a unit’s events: the sum of their values, their number, or 1 where any is above 0. Default: the kind’s.',
    ),
};

const feedback = z.strictObject({
  feedback: z.enum(FEEDBACK_KINDS).describe('Events are what users or label sources said of this kind.'),
  survey: z
    .string()
    .min(1)
    .max(63)
    .optional()
    .describe('Of the kind survey: which question. Answers to several are on several scales.'),
  ...taken,
});
const outcome = z.strictObject({
  outcome: z
    .enum(['accuracy', 'error', 'latency', 'requests'])
    .describe(
      'Events are recorded predictions. accuracy: of those with a true label, 1 where it was predicted; error: 1 where it failed; latency: ms; requests: 1 each.',
    ),
  ...taken,
});
const sql = z.strictObject({
  sql: z
    .strictObject({
      connection: z
        .string()
        .regex(/^[A-Z][A-Z0-9_]{0,40}$/, 'expected a name in capitals')
        .optional()
        .describe('The worker’s SLUICE_SQL_<NAME> holds the URL of a PostgreSQL server. Default: Sluice’s own store.'),
      query: z
        .string()
        .min(1)
        .max(LARGEST_QUERY)
        .refine((text) => variablesIn(text).every((name) => name === 'since' || name === 'until'), {
          error: 'variables are {{since}} and {{until}}, the stretch of time that is read',
        })
        .superRefine((text, ctx) => {
          const misplaced = misplacedInSql(text);
          if (misplaced !== null) ctx.addIssue({ code: 'custom', message: misplaced });
        }),
    })
    .describe(
      'One SELECT whose rows are events: `unit` (as sent by users) or `unit_hash` (as recorded), `at`, and `value`.',
    ),
  ...taken,
});

const metricSource = z.union([feedback, outcome, sql], {
  error: (issue) => (issue.code === 'invalid_union' ? 'expected one of feedback, outcome and sql' : undefined),
});
export type MetricSource = z.output<typeof metricSource>;
export type FeedbackSource = Extract<MetricSource, { feedback: unknown }>;
export type SqlSource = Extract<MetricSource, { sql: unknown }>;

const METRIC_KINDS = ['mean', 'proportion', 'ratio', 'quantile', 'retention'] as const;
type MetricKind = (typeof METRIC_KINDS)[number];

export const metricName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'expected 1 to 63 lower-case letters, digits, hyphens and underscores');

export const metricDefinition = z
  .strictObject({
    name: metricName,
    kind: z
      .enum(METRIC_KINDS)
      .describe(
        'mean: of units; proportion: of units that did; ratio: of two sums, or with a source alone the mean over its events; quantile: over events; retention: units seen again.',
      ),
    goal: z.enum(['increase', 'decrease']).default('increase').describe('Which change is good.'),
    source: metricSource.optional(),
    numerator: metricSource.optional().describe('Of a ratio.'),
    denominator: metricSource.optional().describe('Of a ratio.'),
    within: duration.optional().describe('Events later than this after the unit’s exposure are not counted.'),
    cap: z
      .union(
        [
          z.strictObject({ percentile: z.number().gt(0.5).lt(1).describe('Of both arms’ units above 0, 0.5..1.') }),
          z.strictObject({ value: z.number().gt(0) }),
        ],
        { error: (issue) => (issue.code === 'invalid_union' ? 'expected either percentile or value' : undefined) },
      )
      .optional()
      .describe('A unit’s value above this counts as this (winsorised): few large spenders do not decide.'),
    quantile: z.number().gt(0).lt(1).optional().describe('Of a quantile: 0.5 is the median.'),
    retention: z
      .strictObject({ from: duration, to: duration })
      .optional()
      .describe(
        'Of retention: the unit is seen again at from..to after its exposure. Units whose time is not over wait.',
      ),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, 'expected a code of three capitals, such as EUR')
      .optional()
      .describe('Of revenue: what it is in. Another currency among the events voids the metric.'),
  })
  .superRefine((metric, ctx) => {
    for (const { path, message } of faultsOf(metric)) ctx.addIssue({ code: 'custom', path, message });
  });
export type MetricDefinition = z.output<typeof metricDefinition>;

interface Fault {
  readonly path: string[];
  readonly message: string;
}

type Given = Omit<MetricDefinition, 'name' | 'goal'>;

/** What each kind needs, may have, and must not have. */
const NEEDS: Readonly<Record<MetricKind, readonly (keyof Given)[]>> = {
  mean: ['source'],
  proportion: ['source'],
  ratio: [],
  quantile: ['source', 'quantile'],
  retention: ['retention'],
};
const MAY_HAVE: Readonly<Record<MetricKind, readonly (keyof Given)[]>> = {
  mean: ['within', 'cap', 'currency'],
  proportion: ['within'],
  ratio: ['source', 'numerator', 'denominator', 'within', 'cap', 'currency'],
  quantile: ['within', 'currency'],
  retention: [],
};

function faultsOf(metric: Given): Fault[] {
  const { kind, retention } = metric;
  const keys = (Object.keys(metric) as (keyof Given | 'name' | 'goal')[]).filter(
    (key): key is keyof Given =>
      key !== 'name' && key !== 'goal' && key !== 'kind' && metric[key as keyof Given] !== undefined,
  );
  const faults: Fault[] = [];
  for (const key of NEEDS[kind])
    if (!keys.includes(key)) faults.push({ path: [key], message: `a ${kind} needs ${key}` });
  for (const key of keys)
    if (!NEEDS[kind].includes(key) && !MAY_HAVE[kind].includes(key))
      faults.push({ path: [key], message: `a ${kind} has no ${key}` });
  const isOfTwo = metric.numerator !== undefined && metric.denominator !== undefined;
  const isPartOfTwo = metric.numerator !== undefined || metric.denominator !== undefined;
  if (kind === 'ratio' && (metric.source === undefined ? !isOfTwo : isPartOfTwo))
    faults.push({ path: ['numerator'], message: 'a ratio needs numerator and denominator, or a source alone' });
  if (retention && retention.from >= retention.to)
    faults.push({ path: ['retention', 'from'], message: `${retention.from} ms is not before to, ${retention.to} ms` });
  if (metric.currency !== undefined && !isOfRevenue(metric))
    faults.push({ path: ['currency'], message: 'only feedback of the kind revenue is in a currency' });
  return [...faults, ...takeFaults(metric), ...surveyFaults(metric)];
}

function surveyFaults(metric: Given): Fault[] {
  return (['source', 'numerator', 'denominator'] as const).flatMap((key) => {
    const given = metric[key];
    if (given === undefined || !('feedback' in given)) return [];
    if ((given.feedback === 'survey') === (given.survey !== undefined)) return [];
    return [{ path: [key, 'survey'], message: 'feedback of the kind survey names its question, and no other has one' }];
  });
}

function takeFaults({ kind, source }: Given): Fault[] {
  if (source?.take === undefined) return [];
  const path = ['source', 'take'];
  if (kind === 'proportion' && source.take !== 'any')
    return [{ path, message: `a proportion takes any, not ${source.take}` }];
  if (kind === 'quantile') return [{ path, message: 'a quantile is over events: nothing is taken of a unit' }];
  if (kind === 'ratio') return [{ path, message: 'a ratio of a source alone is the mean over its events' }];
  return [];
}

/** Whether any of its events is money. */
export function isOfRevenue({
  source,
  numerator,
  denominator,
}: Pick<Given, 'source' | 'numerator' | 'denominator'>): boolean {
  return [source, numerator, denominator].some((part) => part && 'feedback' in part && part.feedback === 'revenue');
}

/** A source, and what is taken of a unit's events. */
export interface TakenSource {
  readonly source: MetricSource;
  readonly take: 'sum' | 'count' | 'any';
}

/**
 * The sources of a metric's columns, shorthands resolved: `value` and, of a ratio, `denominator`. Of a quantile, `value.source` gives the events
 * and `take` says nothing; of retention there is none.
 * A mean takes the sum; a proportion `any`; a ratio the sum over the sum, and over the number of events where one source is all it has.
 */
export function sourcesOf({ kind, source, numerator, denominator }: MetricDefinition): {
  readonly value: TakenSource | null;
  readonly denominator: TakenSource | null;
} {
  if (kind === 'ratio' && numerator && denominator)
    return {
      value: { source: numerator, take: numerator.take ?? 'sum' },
      denominator: { source: denominator, take: denominator.take ?? 'sum' },
    };
  if (source === undefined) return { value: null, denominator: null };
  return {
    value: { source, take: source.take ?? (kind === 'proportion' ? 'any' : 'sum') },
    denominator: kind === 'ratio' ? { source, take: 'count' } : null,
  };
}

const ofEvents = (
  name: string,
  source: MetricSource,
  goal: 'increase' | 'decrease' = 'increase',
): MetricDefinition => ({
  name,
  kind: 'ratio',
  goal,
  source,
});
const ofLatency = (name: string, quantile: number): MetricDefinition => ({
  name,
  kind: 'quantile',
  goal: 'decrease',
  source: { outcome: 'latency' },
  quantile,
});

/** What may be named without a definition. Shares are of events, as guardrails of the same name have them, with errors that know of units. */
export const BUILTIN_METRICS: readonly MetricDefinition[] = [
  ofEvents('accuracy', { outcome: 'accuracy' }),
  ofEvents('conversion', { feedback: 'conversion' }),
  ofEvents('thumb', { feedback: 'thumb' }),
  ofEvents('error_rate', { outcome: 'error' }, 'decrease'),
  ofLatency('latency_p50', 0.5),
  ofLatency('latency_p90', 0.9),
  ofLatency('latency_p95', 0.95),
  ofLatency('latency_p99', 0.99),
];

/** @param defined a spec's own `metrics` @returns undefined where nobody defines it */
export function metricNamed(name: string, defined: readonly MetricDefinition[] = []): MetricDefinition | undefined {
  return [...defined, ...BUILTIN_METRICS].find((metric) => metric.name === name);
}
