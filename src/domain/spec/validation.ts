import { z } from 'zod';
import { checkName } from '../validation.js';
import { dataset } from './dataset.js';
import { duration } from './duration.js';
import { modulePathFault } from './module-path.js';
import { receiverUrl, secretRef } from './receiver.js';

/** What holds where a plan does not say. Not `.default()`: a plan's digest is that of what its author wrote. */
export const DEFAULT_ROWS = 100;
export const DEFAULT_MIN_ROWS = 30;
export const DEFAULT_TOLERANCE = 1e-9;
export const DEFAULT_BINS = 10;
export const DEFAULT_K = 5;
export const DEFAULT_CONCURRENCY = 4;

const share = z.number().min(0).max(1);
const column = z.string().min(1).max(500);

const common = {
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9 ._:-]{0,99}$/, 'expected 1 to 100 letters, digits, blanks and . _ : -')
    .optional()
    .describe('What reports call it. Default: made from what it measures.'),
  severity: z
    .enum(['critical', 'warning'])
    .optional()
    .describe('A warning is reported and stops nothing. Default: critical.'),
};
/** In the metric's own unit. */
const limits = {
  min: z.number().optional().describe('The least the candidate must reach.'),
  max: z.number().optional().describe('The most the candidate may reach.'),
  noWorseThan: z.literal('baseline').optional().describe('Also measure the baseline, and compare.'),
  margin: z.number().min(0).optional().describe('With noWorseThan: how much worse is allowed. Default: 0.'),
};
const bySlice = {
  by: column
    .optional()
    .describe(
      'A column: each of its values is a slice of its own, and the worst one decides. Default: all rows as one.',
    ),
  minRows: z
    .int()
    .min(1)
    .optional()
    .describe(`Slices with fewer rows are shown and not judged. Default: ${DEFAULT_MIN_ROWS}.`),
};
const positive = z.string().min(1).max(200).optional().describe('Of two classes, the one that counts as yes.');
const probeRows = z
  .int()
  .min(1)
  .max(1000)
  .optional()
  .describe(`Rows of the data set that are tried. Default: ${DEFAULT_ROWS}.`);
const tolerance = z
  .number()
  .min(0)
  .optional()
  .describe(`Numbers that differ by less are equal. Default: ${DEFAULT_TOLERANCE}.`);

export const CLASS_METRICS = [
  'accuracy',
  'balanced_accuracy',
  'precision',
  'recall',
  'f1',
  'mcc',
  'kappa',
  'log_loss',
  'brier',
  'roc_auc',
  'average_precision',
  'top_k_accuracy',
  'expected_calibration_error',
] as const;
export const REGRESSION_METRICS = [
  'mae',
  'mse',
  'rmse',
  'median_absolute_error',
  'max_error',
  'mean_error',
  'mape',
  'smape',
  'r2',
  'explained_variance',
  'msle',
] as const;
export const FAIRNESS_METRICS = [
  'demographic_parity',
  'equal_opportunity',
  'equalized_odds',
  'predictive_parity',
  'accuracy_gap',
] as const;
export const GENERATION_METRICS = [
  'generation_error_rate',
  'refusal_rate',
  'first_token_p50',
  'first_token_p95',
  'generation_p50',
  'generation_p95',
  'tokens_out',
  'tokens_per_second',
] as const;

const quality = z.strictObject({
  metric: z.enum(CLASS_METRICS),
  average: z
    .enum(['macro', 'micro', 'weighted', 'binary'])
    .optional()
    .describe(
      'Of precision, recall, f1, roc_auc and average_precision. Default: macro; binary where `positive` is given.',
    ),
  positive,
  bins: z.int().min(2).max(100).optional().describe(`Of expected_calibration_error. Default: ${DEFAULT_BINS}.`),
  k: z.int().min(1).max(100).optional().describe(`Of top_k_accuracy. Default: ${DEFAULT_K}.`),
  ...limits,
  ...bySlice,
  ...common,
});
const regression = z.strictObject({ metric: z.enum(REGRESSION_METRICS), ...limits, ...bySlice, ...common });
const drift = z.strictObject({
  metric: z.literal('prediction_drift').describe('How far apart the distributions of two sets of predictions are.'),
  method: z
    .enum(['ks', 'psi', 'wasserstein', 'jensenshannon'])
    .describe('ks: the statistic, 0..1. wasserstein: in standard deviations of the reference.'),
  of: z
    .enum(['label', 'value', 'score'])
    .optional()
    .describe('score: that of the predicted class. Default: value where predictions are numbers, else label.'),
  against: z
    .union([z.literal('baseline'), z.strictObject({ column })])
    .optional()
    .describe('Reference predictions: the baseline’s of the same rows (default), or a column of the data set.'),
  max: z.number().min(0),
  ...common,
});
const agreement = z.strictObject({
  metric: z.literal('agreement').describe('Share of rows that candidate and baseline answer alike.'),
  min: share,
  tolerance,
  ...bySlice,
  ...common,
});
const fairness = z.strictObject({
  metric: z.enum(FAIRNESS_METRICS).describe('The widest gap between two groups, 0..1.'),
  by: column.describe('The column of the group.'),
  positive,
  max: share.optional(),
  noWorseThan: limits.noWorseThan,
  margin: limits.margin,
  minRows: bySlice.minRows,
  ...common,
});
const bounds = z.strictObject({
  metric: z
    .literal('prediction_bounds')
    .describe(
      'Every label is one that the data set has, or is listed; every score lies in 0..1; every number in min..max.',
    ),
  labels: z.array(z.string().max(500)).min(1).max(10_000).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  ...common,
});
const type = z.strictObject({
  metric: z.literal('prediction_type'),
  type: z
    .enum(['label', 'integer', 'number', 'probabilities'])
    .describe('probabilities: one score a class, of which the sum is 1.'),
  ...common,
});
const signature = z.strictObject({
  metric: z
    .literal('signature')
    .describe('What the candidate’s server says it takes and gives fits the baseline’s and the data set.'),
  ...common,
});
const payload = z.strictObject({
  metric: z.enum(['request_size', 'response_size']).describe('Bytes a row, of the largest batch.'),
  max: z.number().gt(0),
  ...common,
});
const latency = z.strictObject({
  metric: z.enum(['latency_p50', 'latency_p95', 'latency_p99']).describe('Of the validation requests, one batch each.'),
  max: duration.optional(),
  noWorseThan: limits.noWorseThan,
  margin: duration.optional(),
  ...common,
});
const loadLatency = z.strictObject({
  metric: z.enum(['load_latency_p50', 'load_latency_p95', 'load_latency_p99']).describe('Under the load of `load`.'),
  max: duration.optional(),
  noWorseThan: limits.noWorseThan,
  margin: duration.optional(),
  ...common,
});
const loadRates = z.strictObject({
  metric: z
    .enum(['throughput', 'load_error_rate'])
    .describe('Rows a second, and the share of failed requests, under `load`.'),
  ...limits,
  ...common,
});
const memory = z.strictObject({
  metric: z
    .literal('server_memory')
    .describe('Resident bytes of the server after the suite’s requests, where `metricsUrl` tells.'),
  max: z.number().gt(0).optional(),
  noWorseThan: limits.noWorseThan,
  margin: limits.margin,
  ...common,
});
const determinism = z.strictObject({
  metric: z.literal('determinism').describe('Share of rows answered alike when they are asked again.'),
  min: share.optional().describe('Default: 1.'),
  repeats: z.int().min(1).max(20).optional().describe('Default: 2.'),
  rows: probeRows,
  tolerance,
  ...common,
});
const robustness = z.strictObject({
  metric: z
    .literal('robustness')
    .describe(
      'noise: share of unchanged predictions. Others: share of rows that are answered properly or refused cleanly (4xx).',
    ),
  change: z.enum(['noise', 'missing', 'out_of_range', 'permute']),
  scale: z
    .number()
    .gt(0)
    .optional()
    .describe(
      'noise: in standard deviations of each feature (default 0.01); out_of_range: in ranges beyond the range (default 10).',
    ),
  min: share,
  rows: probeRows,
  tolerance,
  noWorseThan: limits.noWorseThan,
  margin: limits.margin,
  ...common,
});
const change = z
  .record(
    column,
    z.union([
      z.strictObject({ set: z.number() }),
      z.strictObject({ add: z.number() }),
      z.strictObject({ multiply: z.number() }),
      z.strictObject({ oneOf: z.array(z.number()).min(1).max(100) }),
    ]),
  )
  .refine((features) => Object.keys(features).length > 0, 'expected at least one feature')
  .describe('Feature -> what becomes of its value.');
const invariance = z.strictObject({
  metric: z.literal('invariance').describe('Share of rows whose prediction stays the same though features change.'),
  change,
  min: share.optional().describe('Default: 1.'),
  rows: probeRows,
  tolerance,
  ...common,
});
const directional = z.strictObject({
  metric: z.literal('directional').describe('Share of rows whose prediction moves the expected way, or not at all.'),
  change,
  expect: z.enum(['increase', 'decrease']),
  of: z.string().min(1).max(200).optional().describe('The class whose score is meant. Default: the predicted number.'),
  strict: z.boolean().optional().describe('It must really move. Default: false.'),
  min: share.optional().describe('Default: 1.'),
  rows: probeRows,
  tolerance,
  ...common,
});
const generation = z.strictObject({
  metric: z.enum(GENERATION_METRICS).describe('Of language models. Times in milliseconds.'),
  ...limits,
  ...common,
});
const custom = z
  .strictObject({
    metric: z.literal('custom').describe('Your own: a module or an endpoint that says pass, fail or inconclusive.'),
    name: common.name.unwrap(),
    module: z
      .string()
      .min(1)
      .max(1000)
      .superRefine((path, ctx) => {
        const fault = modulePathFault(path);
        if (fault !== null) ctx.addIssue({ code: 'custom', message: fault });
      })
      .optional()
      .describe('A .js, .mjs or .ts file under the worker’s SLUICE_DATA_DIR.'),
    url: receiverUrl.optional().describe('Is posted the suite’s results.'),
    secretRef: secretRef.optional().describe('The variable with the key that signs the request.'),
    with: z.record(z.string(), z.json()).optional().describe('Handed on as it is.'),
    timeout: duration.optional().describe('Default: 1m.'),
    rows: probeRows,
    severity: common.severity,
  })
  .refine(({ module, url }) => (module === undefined) !== (url === undefined), 'expected either a module or a url');

/** One check of the validation suite. */
const validationCheck = z.discriminatedUnion('metric', [
  quality,
  regression,
  drift,
  agreement,
  fairness,
  bounds,
  type,
  signature,
  payload,
  latency,
  loadLatency,
  loadRates,
  memory,
  determinism,
  robustness,
  invariance,
  directional,
  generation,
  custom,
]);
export type ValidationCheck = z.output<typeof validationCheck>;
export type CheckOf<M extends ValidationCheck['metric']> = Extract<ValidationCheck, { metric: M }>;

export const validation = z
  .strictObject({
    dataset: dataset.describe(
      'The held-out data: a path, a URL, or that and how to read it. CSV by default: features first, `label` last.',
    ),
    batchSize: z.int().min(1).max(1000).default(50).describe('Rows a request.'),
    concurrency: z.int().min(1).max(64).optional().describe(`Requests at a time. Default: ${DEFAULT_CONCURRENCY}.`),
    prompt: column.optional().describe('Of language models: the column with the prompt.'),
    load: z
      .strictObject({
        concurrency: z.int().min(1).max(256).default(8),
        batchSize: z.int().min(1).max(1000).default(1),
        duration: duration.prefault('10s').describe('At most 10m.'),
        requests: z.int().min(1).max(1_000_000).default(100_000).describe('At most so many, to each version.'),
      })
      .optional()
      .describe('A load of its own, for throughput and load_latency.'),
    checks: z.array(validationCheck).min(1).max(200),
  })
  .superRefine(({ checks, load, prompt }, ctx) => {
    const refuse = (path: (string | number)[], message: string) => ctx.addIssue({ code: 'custom', path, message });
    if (load && load.duration > 600_000) refuse(['load', 'duration'], `${load.duration} ms is more than 10m`);
    const seen = new Map<string, number>();
    for (const [index, check] of checks.entries()) {
      const name = checkName(check);
      const before = seen.get(name);
      if (before !== undefined)
        refuse(['checks', index], `check "${name}" is given twice (checks.${before}): give one of them a name`);
      seen.set(name, index);
      if (name === 'answers') refuse(['checks', index, 'name'], 'the suite has a result of its own called "answers"');
      checkLimits(check, (message) => refuse(['checks', index], message));
      if (needsLoad(check) && load === undefined) refuse(['checks', index, 'metric'], `${check.metric} needs \`load\``);
      if (isGeneration(check) && prompt === undefined)
        refuse(['checks', index, 'metric'], `${check.metric} needs \`prompt\`, the column of the prompts`);
    }
  });
export type Validation = z.output<typeof validation>;

export function needsLoad({ metric }: ValidationCheck): boolean {
  return metric.startsWith('load_') || metric === 'throughput';
}

export function isGeneration({ metric }: ValidationCheck): boolean {
  return (GENERATION_METRICS as readonly string[]).includes(metric);
}

/** What is measured must be held to something. */
const FREE = new Set([
  'prediction_bounds',
  'prediction_type',
  'signature',
  'determinism',
  'invariance',
  'directional',
  'custom',
]);

function checkLimits(check: ValidationCheck, refuse: (message: string) => void): void {
  const { min, max, noWorseThan, margin } = check as {
    min?: number;
    max?: number;
    noWorseThan?: string;
    margin?: number;
  };
  if (!FREE.has(check.metric) && min === undefined && max === undefined && noWorseThan === undefined)
    refuse(`${check.metric} has no limit: expected min, max or noWorseThan`);
  if (min !== undefined && max !== undefined && min > max) refuse(`min ${min} is above max ${max}`);
  if (margin !== undefined && noWorseThan === undefined) refuse('a margin needs noWorseThan: baseline');
}
