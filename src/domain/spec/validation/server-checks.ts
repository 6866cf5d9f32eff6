import { z } from 'zod';
import { duration } from '../duration.js';
import { common, limits } from './check-fields.js';

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

const timeLimits = { max: duration.optional(), noWorseThan: limits.noWorseThan, margin: duration.optional() };

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
  ...timeLimits,
  ...common,
});
const loadLatency = z.strictObject({
  metric: z.enum(['load_latency_p50', 'load_latency_p95', 'load_latency_p99']).describe('Under the load of `load`.'),
  ...timeLimits,
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
const generation = z.strictObject({
  metric: z.enum(GENERATION_METRICS).describe('Of language models. Times in milliseconds.'),
  ...limits,
  ...common,
});

/** What model servers say of themselves, and how they do under requests. */
export const serverChecks = [signature, payload, latency, loadLatency, loadRates, memory, generation] as const;
