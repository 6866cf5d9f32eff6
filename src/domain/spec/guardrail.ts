import { z } from 'zod';
import { duration } from './duration.js';

const minSamples = z
  .int()
  .min(20, 'fewer than 20 samples an arm decide nothing')
  .default(50)
  .describe('Samples that each arm needs before this guardrail may pass or fail.');
const dryRun = z.boolean().default(false).describe('Judged and shown, but never stops the rollout.');
const share = (what: string, fallback: number) => z.number().min(0).lt(1).default(fallback).describe(what);

/**
 * A metric with a limit that stops the rollout: the candidate may be worse than the concurrent baseline by no more than
 * `margin`. Judged again and again while traffic flows, by tests that stay valid however often they look.
 */
export const guardrail = z.discriminatedUnion('metric', [
  z.strictObject({
    metric: z.literal('error_rate'),
    margin: share('How much higher the share of failed requests may be (absolute).', 0.01),
    minSamples,
    dryRun,
  }),
  z.strictObject({
    metric: z.enum(['latency_p50', 'latency_p90', 'latency_p95', 'latency_p99']),
    margin: duration.prefault('20ms').describe('How much longer the quantile may be, as a duration.'),
    minSamples,
    dryRun,
  }),
  z.strictObject({
    metric: z.literal('prediction_drift'),
    margin: share('How far the share of any predicted label may move (absolute).', 0.1),
    minSamples,
    dryRun,
  }),
  z.strictObject({
    metric: z.enum(['accuracy', 'conversion', 'thumb']),
    margin: share('How much lower the share may be (absolute).', 0.02),
    minSamples,
    dryRun,
  }),
]);

export type Guardrail = z.output<typeof guardrail>;
