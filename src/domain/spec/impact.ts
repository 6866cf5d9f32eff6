import { z } from 'zod';
import { impactMeasureOf } from '../impact-measure.js';
import { timeBetweenLooks } from '../impact-state.js';
import { duration } from './duration.js';
import { type MetricDefinition, metricName, metricNamed } from './metric-definition.js';
import { queryProvider } from './query.js';
import { serviceName } from './target.js';
import { percentTogether } from './traffic.js';

/** Each look is a line of the record; this many are enough for a year of days. */
const MOST_LOOKS = 400;

/** Only Prometheus can be asked what a number was at any time in the past. */
const controlQuery = queryProvider.refine(
  ({ prometheus }) => prometheus !== undefined && prometheus.range === undefined,
  {
    error: 'a control series is asked for at times in the past: give prometheus, without a range',
  },
);

const expected = z.strictObject({
  metric: metricName,
  direction: z.enum(['increase', 'decrease']),
  effect: z.number().gt(0).lte(10).optional().describe('The least change, as a part: 0.05 is 5 %. Default: any.'),
});

/** What becomes of a service after the cutover, and what is done about it. */
export const impact = z.strictObject({
  metrics: z
    .array(metricName)
    .min(1)
    .max(20)
    .describe(
      'Names of metrics: the spec’s own, or accuracy, conversion, thumb, error_rate, latency_p50 and the like.',
    ),
  before: duration.describe('How far the benchmark reaches back from the start of the rollout.'),
  after: duration.describe('How long the time after the cutover is observed.'),
  every: duration.optional().describe('Time between two looks. Default: a day, or all of `after` where that is less.'),
  holdback: z
    .number()
    .min(0)
    .max(50)
    .multipleOf(0.01)
    .default(0)
    .describe(
      'Percent of units that stay with the baseline until the analysis ends; its server must stay up for them.',
    ),
  control: z
    .union([z.strictObject({ service: serviceName }), z.strictObject({ query: controlQuery })], {
      error: (issue) => (issue.code === 'invalid_union' ? 'expected either service or query (prometheus)' : undefined),
    })
    .optional()
    .describe('A series that moves with this service’s and does not feel the rollout, for difference in differences.'),
  expected: expected
    .optional()
    .describe('What the rollout is for, said beforehand; the report sets the outcome against it.'),
  onHarm: z
    .enum(['rollback', 'incident', 'note'])
    .default('incident')
    .describe('rollback: back to the baseline while it is warm, and an incident.'),
  alpha: z.number().gt(0).lte(0.2).default(0.05).describe('Chance of a false claim, over all metrics and methods.'),
  tolerance: z
    .number()
    .gt(0)
    .lte(1)
    .default(0.1)
    .describe('Harm that would be borne, as a part: only where more is ruled out is a metric unharmed.'),
});
export type Impact = z.output<typeof impact>;

interface CheckedSpec {
  readonly service: string;
  readonly metrics?: readonly MetricDefinition[] | undefined;
  readonly traffic?: { readonly others: readonly { readonly weight: number }[] } | undefined;
  readonly phases: { readonly impact?: Impact | undefined; readonly cutover: { readonly keepBaselineWarm: number } };
}

/** What the block must be beside the rest of the spec. */
export function checkImpact(spec: CheckedSpec, refuseAt: (path: (string | number)[], message: string) => void): void {
  const { impact: plan, cutover } = spec.phases;
  if (!plan) return;
  const refuse = (path: (string | number)[], message: string) => refuseAt(['phases', 'impact', ...path], message);
  checkMetrics(plan.metrics, spec.metrics, refuse);
  const every = timeBetweenLooks(plan);
  if (plan.every !== undefined && plan.every > plan.after)
    refuse(['every'], `${plan.every} ms is longer than the ${plan.after} ms that are observed`);
  if (plan.after / every > MOST_LOOKS)
    refuse(['every'], `${Math.ceil(plan.after / every)} looks; at most ${MOST_LOOKS} are taken`);
  if (plan.expected && !plan.metrics.includes(plan.expected.metric))
    refuse(['expected', 'metric'], `${plan.expected.metric} is not among the metrics`);
  if (plan.control && 'service' in plan.control && plan.control.service === spec.service)
    refuse(['control', 'service'], `${spec.service} can not be its own control`);
  if (plan.onHarm === 'rollback' && every > cutover.keepBaselineWarm)
    refuse(
      ['onHarm'],
      `the first look is after ${every} ms, and the baseline is warm for ${cutover.keepBaselineWarm} ms only`,
    );
  if (percentTogether(spec.traffic, plan.holdback) > 100)
    refuse(
      ['holdback'],
      `others have ${percentTogether(spec.traffic)} %, and ${plan.holdback} % are held back: more than 100 % together`,
    );
}

function checkMetrics(
  names: readonly string[],
  defined: readonly MetricDefinition[] | undefined,
  refuse: (path: (string | number)[], message: string) => void,
): void {
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) < index) refuse(['metrics', index], `metric ${name} is given twice`);
    const definition = metricNamed(name, defined);
    const measure = definition === undefined ? `nobody defines the metric ${name}` : impactMeasureOf(definition);
    if (typeof measure === 'string') refuse(['metrics', index], measure);
  }
}
