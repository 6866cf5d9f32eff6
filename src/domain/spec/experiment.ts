import { z } from 'zod';
import { DAY_MS, WEEK_MS } from '../duration.js';
import { INTERLEAVING_METHODS, UNIT_KEY } from '../route.js';
import { duration } from './duration.js';
import { BUILTIN_METRICS, type MetricDefinition, metricName, metricNamed } from './metric-definition.js';
import { minLabels } from './min-labels.js';
import type { TrafficPolicy } from './traffic.js';

/** What an interleaving evaluation measures, whose unit is the preference: half of users' share of won lists, -0.5..0.5. */
export const PREFERENCE = 'preference';

const scale = z.enum(['absolute', 'relative']);
const names = z.array(metricName).max(20);

/** Keys that are not given mean what their description says; `designOf` in src/experiment fills them in. */
export const abTest = z.strictObject({
  kind: z
    .enum(['ab', 'interleaving'])
    .optional()
    .describe('ab: units of both versions are compared. interleaving: clicks on merged rankings. Default: ab.'),
  hypothesis: z.string().min(1).max(2000).optional().describe('What is expected, and why. Stands in the report.'),
  unit: z
    .string()
    .max(200)
    .regex(UNIT_KEY, 'expected what protocol.unitKey says')
    .optional()
    .describe('What is randomised: protocol.unitKey again, so that nobody changes one without the other.'),
  split: z.number().gt(0).lt(100).default(50).describe('Percent of units on the candidate.'),
  primary: metricName.describe(
    'What decides: one of the spec’s metrics, or accuracy, conversion, thumb, error_rate, latency_p50….',
  ),
  secondary: names.optional().describe('Looked at, corrected for their number; they decide nothing.'),
  guardrails: z
    .array(
      z.strictObject({
        metric: metricName,
        margin: z.number().gt(0).describe('How much worse it may be.'),
        effect: scale.optional().describe('What the margin is of. Default: absolute.'),
      }),
    )
    .max(20)
    .optional()
    .describe('Must be shown not to be worse by the margin, one-sided at alpha; shown to be worse by it is inferior.'),
  minDetectableEffect: z.number().gt(0).lt(1e9).describe('The smallest difference that matters.'),
  effect: scale
    .optional()
    .describe('absolute: in the metric’s unit; relative: a share of the baseline’s value. Default: absolute.'),
  margin: z.number().gt(0).optional().describe('Non-inferior within this. Default: minDetectableEffect.'),
  test: z
    .enum(['sequential', 'fixed'])
    .optional()
    .describe(
      'sequential: holds at any look. fixed: judged once, when the planned sample is there. Default: sequential.',
    ),
  tuning: z
    .int()
    .min(100)
    .max(1e9)
    .optional()
    .describe(
      'Units of both arms at which the sequential interval is narrowest. Default: the planned sample, else 5000.',
    ),
  power: z.number().gt(0.5).lt(1).default(0.8),
  alpha: z.number().gt(0).lte(0.2).default(0.05),
  minLabels,
  minDuration: duration.optional().describe('Nothing is promoted before. Default: no such time.'),
  maxDuration: duration.prefault('7d').describe('When this is over, decision.inconclusive says what becomes of it.'),
  wholeWeeks: z.boolean().optional().describe('Promoted after whole weeks only: weekdays differ. Default: false.'),
  segments: z
    .array(z.string().min(1).max(63))
    .max(20)
    .optional()
    .describe('Of traffic.segments: the primary metric is read in each, corrected for their number.'),
  cuped: z
    .strictObject({ before: duration.describe('How far the time before the experiment reaches.') })
    .optional()
    .describe('What units did before explains part of what they do now, and narrows the interval.'),
  correction: z
    .enum(['holm', 'benjamini-hochberg', 'none'])
    .optional()
    .describe('Over secondary metrics and segments. Default: holm.'),
  decision: z
    .strictObject({
      superior: z.enum(['promote', 'hold']).optional().describe('Default: promote.'),
      nonInferior: z.enum(['promote', 'hold', 'rollback']).optional().describe('Default: promote.'),
      inconclusive: z.enum(['hold', 'promote-if-non-inferior', 'rollback']).optional().describe('Default: hold.'),
    })
    .optional()
    .describe('What a verdict leads to. Inferior is always rolled back; hold asks a person.'),
  bots: z
    .strictObject({ maxEventsPerUnitPerHour: z.int().min(1).describe('A unit with more in any hour is left out.') })
    .optional(),
  planning: z
    .strictObject({
      history: duration.optional().describe('Traffic that sample size and duration are computed from. Default: 14d.'),
      refuse: z.boolean().optional().describe('Refuse to begin what can’t reach its power in time. Default: true.'),
    })
    .optional()
    .describe('Sample size and duration, computed before it begins. Default: computed, never refused.'),
  interleaving: z
    .strictObject({
      method: z.enum(INTERLEAVING_METHODS).default('team-draft'),
      output: z.string().min(1).max(200).describe('The output tensor with the ranked item ids, best first.'),
      length: z.int().min(1).max(1000).default(10).describe('Items of the merged list at most.'),
    })
    .optional()
    .describe('Of the kind interleaving: the candidate’s units get merged lists.'),
});
export type AbTest = z.output<typeof abTest>;

const metricNames = BUILTIN_METRICS.map(({ name }) => name);

/** The parts of a rollout that an experiment must agree with. */
interface Surroundings {
  readonly phases: { readonly abTest?: AbTest | undefined };
  readonly metrics?: readonly MetricDefinition[] | undefined;
  readonly protocol: { readonly kind: string; readonly unitKey: string };
  readonly traffic?: TrafficPolicy | undefined;
}

type Refuse = (path: (string | number)[], message: string) => void;

export function checkExperiment(spec: Surroundings, refuse: Refuse): void {
  const { metrics = [], phases } = spec;
  for (const [index, { name }] of metrics.entries()) {
    if (metricNames.includes(name) || name === PREFERENCE)
      refuse(['metrics', index, 'name'], `${name} is a metric that Sluice itself defines`);
    if (metrics.findIndex((other) => other.name === name) < index)
      refuse(['metrics', index, 'name'], `metric ${name} is given twice`);
  }
  if (phases.abTest === undefined) return;
  const within: Refuse = (path, message) => refuse(['phases', 'abTest', ...path], message);
  checkKind(phases.abTest, spec, within);
  checkNames(phases.abTest, metrics, within);
  checkEffect(phases.abTest, metrics, within);
  checkDecision(phases.abTest, within);
  checkTimes(phases.abTest, within);
  checkSegments(phases.abTest, spec.traffic, within);
}

function checkKind(
  { kind, interleaving, primary, unit, ...plan }: AbTest,
  { protocol }: Surroundings,
  refuse: Refuse,
): void {
  if (unit !== undefined && unit !== protocol.unitKey)
    refuse(['unit'], `unit ${unit} is not what requests are assigned by, ${protocol.unitKey} (protocol.unitKey)`);
  const isInterleaving = kind === 'interleaving';
  if (isInterleaving !== (interleaving !== undefined))
    refuse(['interleaving'], 'an evaluation of the kind interleaving has it, and no other');
  if (isInterleaving !== (primary === PREFERENCE))
    refuse(['primary'], `an evaluation of the kind interleaving has the primary metric ${PREFERENCE}, and no other`);
  if (!isInterleaving) return;
  if (protocol.kind !== 'open-inference')
    refuse(['kind'], `ranked lists of the open-inference protocol can be merged, not of ${protocol.kind}`);
  for (const key of ['guardrails', 'secondary', 'segments', 'cuped'] as const)
    if (plan[key] !== undefined)
      refuse([key], 'an evaluation of the kind interleaving has none: both versions answer each request');
}

function checkNames(
  { primary, secondary = [], guardrails = [] }: AbTest,
  defined: readonly MetricDefinition[],
  refuse: Refuse,
): void {
  const given: [(string | number)[], string][] = [
    [['primary'], primary],
    ...secondary.map((name, index): [(string | number)[], string] => [['secondary', index], name]),
    ...guardrails.map(({ metric }, index): [(string | number)[], string] => [['guardrails', index, 'metric'], metric]),
  ];
  const seen = new Set<string>();
  for (const [path, name] of given) {
    if (name !== PREFERENCE && metricNamed(name, defined) === undefined)
      refuse(
        path,
        `metric ${name} is not defined; known are ${[...defined.map((metric) => metric.name), ...metricNames].join(', ')}`,
      );
    if (seen.has(name)) refuse(path, `metric ${name} is given twice`);
    seen.add(name);
  }
}

/** A share can't differ by 1 or more: most likely percent were meant. */
function checkEffect(plan: AbTest, defined: readonly MetricDefinition[], refuse: Refuse): void {
  const isShare = (name: string) => {
    const metric = metricNamed(name, defined);
    if (metric === undefined) return false;
    return (
      metric.kind === 'proportion' ||
      metric.kind === 'retention' ||
      (metricNames.includes(name) && metric.kind === 'ratio')
    );
  };
  const check = (path: (string | number)[], value: number | undefined, most: number) => {
    if (value !== undefined && value >= most)
      refuse(path, `${value} is not below ${most}: it is a difference of shares`);
  };
  const isRelative = plan.effect === 'relative';
  const most = plan.primary === PREFERENCE ? 0.5 : isShare(plan.primary) && !isRelative ? 1 : Number.POSITIVE_INFINITY;
  check(['minDetectableEffect'], plan.minDetectableEffect, most);
  check(['margin'], plan.margin, most);
  for (const [index, { metric, margin, effect }] of (plan.guardrails ?? []).entries())
    if (effect !== 'relative' && isShare(metric)) check(['guardrails', index, 'margin'], margin, 1);
}

/** What is held or rolled back when it is shown not to be inferior can't be promoted when that is shown less well. */
function checkDecision({ decision }: AbTest, refuse: Refuse): void {
  const { nonInferior = 'promote', inconclusive } = decision ?? {};
  if (inconclusive === 'promote-if-non-inferior' && nonInferior !== 'promote')
    refuse(['decision', 'inconclusive'], `${inconclusive} contradicts decision.nonInferior, ${nonInferior}`);
}

function checkTimes({ minDuration, maxDuration, wholeWeeks, tuning, test }: AbTest, refuse: Refuse): void {
  if (minDuration !== undefined && minDuration > maxDuration)
    refuse(['minDuration'], `minDuration ${minDuration} ms is longer than maxDuration ${maxDuration} ms`);
  if (wholeWeeks && maxDuration % WEEK_MS !== 0)
    refuse(['maxDuration'], `maxDuration of ${maxDuration / DAY_MS} days is not a number of whole weeks`);
  if (test === 'fixed' && tuning !== undefined) refuse(['tuning'], 'only a sequential test is tuned');
}

function checkSegments({ segments = [] }: AbTest, traffic: TrafficPolicy | undefined, refuse: Refuse): void {
  for (const [index, name] of segments.entries()) {
    const segment = traffic?.segments.find((other) => other.name === name);
    if (segment === undefined) refuse(['segments', index], `segment ${name} is not in traffic.segments`);
    else if (segment.percent !== undefined)
      refuse(
        ['segments', index],
        `segment ${name} has a share of its own, ${segment.percent} %: its arms are not the split’s`,
      );
    if (segments.indexOf(name) < index) refuse(['segments', index], `segment ${name} is given twice`);
  }
}
