import { z } from 'zod';
import { column } from '../dataset.js';
import { common, limits, probeRows, share, tolerance } from './check-fields.js';

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

/** Some rows are asked again, or changed. */
export const probeChecks = [determinism, robustness, invariance, directional] as const;
