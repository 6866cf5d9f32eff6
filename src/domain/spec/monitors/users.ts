import { z } from 'zod';
import { duration } from '../duration.js';

export const USER_METRICS = ['thumb', 'rating', 'conversion', 'revenue', 'continued-use', 'returning'] as const;
export type UserMetric = (typeof USER_METRICS)[number];

const severity = z.enum(['warning', 'critical']);
const limit = z.strictObject({
  metric: z.enum(USER_METRICS),
  min: z.number().describe('Of the mean: a share for all but rating and revenue.'),
  severity: severity.default('warning'),
});

/** What users say of each version, and whether they come again. */
export const userMonitor = z.strictObject({
  kind: z.literal('users'),
  window: duration
    .prefault('1h')
    .describe('By the time of the prediction; returning: seen in one window and again in the next.'),
  delay: duration.optional().describe('How long feedback may take: the window ends so long ago. Default: now.'),
  metrics: z
    .array(z.enum(USER_METRICS))
    .min(1)
    .optional()
    .describe('What each version must have. Default: whatever there is, and something there must be.'),
  minCount: z.int().min(20).default(50).describe('Values or units that a version needs.'),
  drop: z
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .describe('A smaller fall against the baseline, as a share of it, does not matter.'),
  limits: z.array(limit).max(20).default([]),
  severity: severity.default('critical').describe('Of a candidate that users like less than the baseline.'),
  alpha: z
    .number()
    .gt(0)
    .lt(0.5)
    .default(0.001)
    .describe('Chance of a false finding a run, over all that is compared.'),
});
export type UserMonitor = z.output<typeof userMonitor>;
