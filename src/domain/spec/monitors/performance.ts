import { z } from 'zod';
import { duration } from '../duration.js';

const PERFORMANCE_METRICS = ['error_rate', 'latency_p50', 'latency_p95', 'latency_p99', 'throughput'] as const;
export type PerformanceMetric = (typeof PERFORMANCE_METRICS)[number];

const severity = z.enum(['warning', 'critical']);

const limit = z
  .strictObject({
    metric: z.enum(PERFORMANCE_METRICS),
    min: z.number().min(0).optional(),
    max: z.number().min(0).optional().describe('A share, milliseconds, or requests a second.'),
    severity: severity.default('critical'),
  })
  .refine(({ min, max }) => min !== undefined || max !== undefined, 'a limit is missing: min or max');
export type PerformanceLimit = z.output<typeof limit>;

const reference = z.discriminatedUnion('from', [
  z
    .strictObject({ from: z.literal('promotion'), length: duration.prefault('1h') })
    .describe('The version’s own first stretch after the cutover to it.'),
  z
    .strictObject({
      from: z.literal('stretch'),
      since: z.iso.datetime({ offset: true }),
      until: z.iso.datetime({ offset: true }),
    })
    .refine(({ since, until }) => Date.parse(since) < Date.parse(until), {
      path: ['until'],
      error: 'until is not after since',
    }),
]);

/** Requests a second, latency and errors of each version that serves, from all requests that gateways counted. */
export const performanceMonitor = z.strictObject({
  kind: z.literal('performance'),
  window: duration.prefault('5m'),
  minRequests: z.int().min(20).default(100).describe('With fewer, a version’s errors and latency say nothing.'),
  limits: z
    .array(limit)
    .max(20)
    .default([{ metric: 'error_rate', max: 0.05, severity: 'critical' }]),
  compare: z
    .strictObject({
      errorMargin: z
        .number()
        .min(0)
        .lt(1)
        .default(0.01)
        .describe('More errors than the other by this share are let pass.'),
      quantile: z.number().gt(0).lt(1).default(0.95),
      latencyMargin: z.number().min(0).default(0.2).describe('As a share of the other’s latency.'),
      severity: severity.default('critical'),
    })
    .prefault({})
    .describe('The candidate with the baseline at the same time; with a reference, the baseline with its own past.'),
  reference: reference.optional(),
  noTraffic: severity.default('warning').describe('Of a version that should serve and has had no request.'),
  alpha: z
    .number()
    .gt(0)
    .lt(0.5)
    .default(0.001)
    .describe('Chance of a false finding a run, over all that is compared.'),
});
export type PerformanceMonitor = z.output<typeof performanceMonitor>;
