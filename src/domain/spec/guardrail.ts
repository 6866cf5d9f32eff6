import { z } from 'zod';
import { duration } from './duration.js';
import { kayentaConfig } from './kayenta.js';

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

/**
 * A metric with a limit that stops the rollout: the candidate may be worse than the concurrent baseline by no more than
 * `margin`. Judged again and again while traffic flows, by tests that stay valid however often they look.
 */
export const guardrail = z.discriminatedUnion('metric', [
  z.strictObject({
    metric: z.literal('error_rate'),
    margin: share('How much higher the share of failed requests may be (absolute).', 0.01),
    ...shareHandling,
  }),
  z.strictObject({
    metric: z.enum(['latency_p50', 'latency_p90', 'latency_p95', 'latency_p99']),
    margin: duration.prefault('20ms').describe('How much longer the quantile may be, as a duration.'),
    minSamples,
    sequential,
    ...handling,
  }),
  z.strictObject({
    metric: z.literal('prediction_drift'),
    margin: share('How far the share of any predicted label may move (absolute).', 0.1),
    minSamples,
    sequential,
    ...handling,
  }),
  z.strictObject({
    metric: z.enum(['accuracy', 'conversion', 'thumb']),
    margin: share('How much lower the share may be (absolute).', 0.02),
    ...shareHandling,
  }),
  z.strictObject({
    metric: z.literal('kayenta'),
    interval: duration
      .prefault('10s')
      .describe('Width of the time buckets whose values are compared; whole multiples of 10s.'),
    minSamples: minSamples.describe('Buckets that each arm needs before the first judgement.'),
    config: kayentaConfig,
    ...handling,
  }),
]);

export type Guardrail = z.output<typeof guardrail>;
/** A guardrail that Kayenta's judge decides, from series. */
export type KayentaGuardrail = Extract<Guardrail, { metric: 'kayenta' }>;
/** A guardrail that one sequential test decides. */
export type MetricGuardrail = Exclude<Guardrail, { metric: 'kayenta' }>;
