import { z } from 'zod';
import { column } from '../dataset.js';

/** What holds where a plan does not say. Not `.default()`: a plan's digest is that of what its author wrote. */
export const DEFAULT_ROWS = 100;
export const DEFAULT_MIN_ROWS = 30;
export const DEFAULT_TOLERANCE = 1e-9;
export const DEFAULT_BINS = 10;
export const DEFAULT_K = 5;
export const DEFAULT_CONCURRENCY = 4;

export const share = z.number().min(0).max(1);

export const common = {
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
export const limits = {
  min: z.number().optional().describe('The least the candidate must reach.'),
  max: z.number().optional().describe('The most the candidate may reach.'),
  noWorseThan: z.literal('baseline').optional().describe('Also measure the baseline, and compare.'),
  margin: z.number().min(0).optional().describe('With noWorseThan: how much worse is allowed. Default: 0.'),
};
export const bySlice = {
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
export const positive = z.string().min(1).max(200).optional().describe('Of two classes, the one that counts as yes.');
export const probeRows = z
  .int()
  .min(1)
  .max(1000)
  .optional()
  .describe(`Rows of the data set that are tried. Default: ${DEFAULT_ROWS}.`);
export const tolerance = z
  .number()
  .min(0)
  .optional()
  .describe(`Numbers that differ by less are equal. Default: ${DEFAULT_TOLERANCE}.`);
