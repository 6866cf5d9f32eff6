import { z } from 'zod';
import { checkName } from '../../validation.js';
import { column, dataset } from '../dataset.js';
import { duration } from '../duration.js';
import { DEFAULT_CONCURRENCY } from './check-fields.js';
import { customCheck } from './custom-check.js';
import { probeChecks } from './probe-checks.js';
import { rowChecks } from './row-checks.js';
import { GENERATION_METRICS, serverChecks } from './server-checks.js';

/** One check of the validation suite. */
const validationCheck = z.discriminatedUnion('metric', [...rowChecks, ...serverChecks, ...probeChecks, customCheck]);
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
