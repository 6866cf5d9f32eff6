import { z } from 'zod';
import { METRIC_TABLE, METRICS, type Metric, type MetricRow } from '../metric.js';
import { duration } from './duration.js';
import { kayentaConfig } from './kayenta.js';
import { isPerVersion, queryProvider } from './query.js';
import { serviceName } from './target.js';

const minSamples = z
  .int()
  .min(20, 'fewer than 20 samples an arm decide nothing')
  .default(50)
  .describe('Samples that each arm needs before this guardrail may pass or fail.');

/** What every guardrail may say about how it stops the rollout. */
const handling = {
  dryRun: z.boolean().default(false).describe('Judged and shown, but never stops the rollout.'),
  critical: z
    .boolean()
    .optional()
    .describe('Must be known: past inconclusiveLimit or consecutiveErrorLimit it fails, where others ask a person.'),
  failureLimit: z.int().min(0).optional().describe('Failing looks that are let pass. Default 0: the first one counts.'),
  inconclusiveLimit: z
    .int()
    .min(0)
    .optional()
    .describe('Looks in a row without a verdict before a person is asked. Default: until the step’s maxDuration.'),
  consecutiveErrorLimit: z
    .int()
    .min(0)
    .optional()
    .describe(
      'Looks in a row that could not be read before a person is asked. Default: 4 if critical, else until maxDuration.',
    ),
};

/** A look schedule that was planned beforehand, which finds harm sooner than one that was not. */
const sequential = z
  .strictObject({
    samples: z.int().min(100).describe('Samples that the smaller arm will have at the end of the plan.'),
    looks: z.int().min(2).max(100).default(20).describe('Looks at most, evenly spread over the samples.'),
    spending: z
      .enum(['pocock', 'obrien-fleming'])
      .default('pocock')
      .describe('How the error budget is spent: evenly, or mostly at the end.'),
  })
  .optional()
  .describe('Planned looks (group sequential). Default: none are planned, and a test that holds at any look is used.');

const shareHandling = {
  ...handling,
  minSamples,
  sequential,
  direction: z
    .enum(['increase', 'decrease', 'either'])
    .optional()
    .describe('Which change is harm. Default: the metric’s own.'),
};
const share = (what: string, fallback: number) => z.number().min(0).lt(1).default(fallback).describe(what);

const noWorseThanBaseline = z
  .strictObject({
    margin: z.number().min(0).default(0).describe('How much worse it may be.'),
    relative: z.boolean().default(false).describe('The margin is a share of the baseline’s own value.'),
    direction: z.enum(['increase', 'decrease']).default('increase').describe('Which change is harm.'),
  })
  .optional()
  .describe('Compared with the baseline’s value of the same moment; the query must have {{version}} in it.');

/** A number that somebody else measures, against a threshold. */
const query = z
  .strictObject({
    metric: z.literal('query'),
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'expected 1 to 63 lower-case letters, digits, hyphens and underscores')
      .describe('What it is called in verdicts: query:<name>. Unique in a spec.'),
    provider: queryProvider,
    min: z.number().optional().describe('The candidate’s value may not be below.'),
    max: z.number().optional().describe('The candidate’s value may not be above.'),
    noWorseThanBaseline,
    interval: duration.prefault('15s').describe('Asked again after so long; between, the last answer stands.'),
    initialDelay: duration.optional().describe('Not asked before a weight has been in force for so long.'),
    count: z.int().min(1).max(1000).default(1).describe('Good answers that a weight needs before this passes.'),
    window: duration
      .prefault('5m')
      .refine((ms) => ms >= 1000, 'a window is 1s at least')
      .describe('{{window}} is the time since the weight was set, and this at most.'),
    timeout: duration
      .optional()
      .describe('Of one query. Default, and at most: a quarter of watch.lease, but by default no more than 5s.'),
    ...handling,
  })
  .superRefine(({ min, max, noWorseThanBaseline: baseline, provider }, ctx) => {
    const refuse = (path: string[], message: string) => ctx.addIssue({ code: 'custom', path, message });
    if (min === undefined && max === undefined && baseline === undefined)
      refuse([], 'a limit is missing: min, max or noWorseThanBaseline');
    if (min !== undefined && max !== undefined && min > max) refuse(['min'], `min ${min} is above max ${max}`);
    if (baseline !== undefined && !isPerVersion(provider))
      refuse(['noWorseThanBaseline'], 'the query does not name {{version}}: it can’t be asked of the baseline');
  });

/** What a monitor of the service has read last: it fails for the candidate's fault, and holds for the environment's. */
const monitor = z.strictObject({
  metric: z.literal('monitor'),
  monitor: serviceName.describe('Its name. In verdicts: monitor:<name>.'),
  maxAge: duration.prefault('5m').describe('A reading that is older says nothing.'),
  ...handling,
});

/** Metrics with the same margin share a schema, in the order of the table. */
function metricGuardrails(): [MetricGuardrailSchema, ...MetricGuardrailSchema[]] {
  const rows = METRICS.map((metric) => ({ metric, row: METRIC_TABLE[metric] }));
  const firsts = rows.filter(({ row }, at) => rows.findIndex((other) => isAlike(other.row, row)) === at);
  const all = firsts.map(({ row }) =>
    metricGuardrail(
      row,
      rows.filter((other) => isAlike(other.row, row)).map(({ metric }) => metric),
    ),
  );
  return all as [MetricGuardrailSchema, ...MetricGuardrailSchema[]];
}

function isAlike(a: MetricRow, b: MetricRow): boolean {
  return a.kind === b.kind && a.margin === b.margin;
}

/** Named, as the compiler would take the one with a `direction` for the one without. */
type MetricGuardrailSchema = ReturnType<typeof shareGuardrail | typeof plainGuardrail>;

function metricGuardrail({ kind, margin }: MetricRow, metrics: Metric[]): MetricGuardrailSchema {
  const metric = z.literal(metrics);
  switch (kind) {
    case 'proportion':
      return shareGuardrail(metric, share(margin.words, margin.fallback));
    case 'latency':
      return plainGuardrail(metric, duration.prefault(margin.fallback).describe(margin.words));
    case 'categories':
      return plainGuardrail(metric, share(margin.words, margin.fallback));
  }
}

type MetricName = z.ZodLiteral<Metric>;

function shareGuardrail(metric: MetricName, margin: ReturnType<typeof share>) {
  return z.strictObject({ metric, margin, ...shareHandling });
}

/** Of a metric for which harm has one direction. */
function plainGuardrail(metric: MetricName, margin: ReturnType<typeof share> | z.ZodPrefault<typeof duration>) {
  return z.strictObject({ metric, margin, minSamples, sequential, ...handling });
}

/**
 * A metric with a limit that stops the rollout: the candidate may be worse than the concurrent baseline by no more than
 * `margin`. Judged again and again while traffic flows, by tests that stay valid however often they look.
 */
export const guardrail = z.discriminatedUnion('metric', [
  ...metricGuardrails(),
  z.strictObject({
    metric: z.literal('kayenta'),
    interval: duration
      .prefault('10s')
      .describe('Width of the time buckets whose values are compared; whole multiples of 10s.'),
    minSamples: minSamples.describe('Buckets that each arm needs before the first judgement.'),
    config: kayentaConfig,
    ...handling,
  }),
  query,
  monitor,
]);

export type Guardrail = z.output<typeof guardrail>;
/** A guardrail that Kayenta's judge decides, from series. */
export type KayentaGuardrail = Extract<Guardrail, { metric: 'kayenta' }>;
/** A guardrail that a threshold decides, on a number that somebody else measures. */
export type QueryGuardrail = Extract<Guardrail, { metric: 'query' }>;
/** A guardrail that a monitor's newest reading decides. */
export type MonitorGuardrail = Extract<Guardrail, { metric: 'monitor' }>;
/** A guardrail that one sequential test decides. */
export type MetricGuardrail = Exclude<Guardrail, KayentaGuardrail | QueryGuardrail | MonitorGuardrail>;
