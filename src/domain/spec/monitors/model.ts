import { z } from 'zod';
import { duration } from '../duration.js';
import { checkWindows, comparedWindows } from './reference.js';

const MODEL_CHECKS = ['quality', 'confidence', 'output', 'concept'] as const;
export type ModelCheck = (typeof MODEL_CHECKS)[number];

export const QUALITY_METRICS = ['accuracy', 'precision', 'recall', 'f1'] as const;
export type QualityMetric = (typeof QUALITY_METRICS)[number];

const severity = z.enum(['warning', 'critical']);
const share = z.number().min(0).max(1);

/** Answers of a classifier: right or wrong once labels come, how sure, and which. */
export const modelMonitor = z
  .strictObject({
    kind: z.literal('model'),
    ...comparedWindows,
    checks: z
      .array(z.enum(MODEL_CHECKS))
      .min(1)
      .default([...MODEL_CHECKS])
      .describe(
        'What can’t be measured is inconclusive: leave out what the service never has, such as labels or scores.',
      ),
    labelMaxAge: duration.prefault('7d').describe('As maxAge, of predictions that have met their label.'),
    labelDelay: duration
      .optional()
      .describe('Younger predictions are left out of quality: labels that come early may be of easy cases.'),
    quality: z
      .strictObject({
        drop: share.default(0.02).describe('A smaller fall of the accuracy does not matter.'),
        classDrop: share.default(0.1).describe('The same of precision and recall of one class: a warning.'),
        severity: severity.default('critical'),
        min: z
          .partialRecord(z.enum(QUALITY_METRICS), share)
          .default({})
          .describe('Limits that hold whatever the reference was; precision, recall and f1 are means over classes.'),
      })
      .prefault({}),
    confidence: z
      .strictObject({
        low: share.default(0.5).describe('Scores below it are low.'),
        rise: share.default(0.05).describe('A smaller rise of the share of low scores does not matter.'),
        drop: share.default(0.05).describe('A smaller fall of the mean score does not matter.'),
        severity: severity.default('warning'),
      })
      .prefault({}),
    output: z
      .strictObject({
        method: z.enum(['psi', 'jensenshannon']).default('psi'),
        threshold: z.number().gt(0).default(0.1),
        severity: severity.default('warning'),
      })
      .prefault({})
      .describe('Which labels are predicted, and with labels which are true.'),
    concept: z.strictObject({ severity: severity.default('critical') }).prefault({}),
  })
  .superRefine((spec, ctx) => checkWindows(spec, (path, message) => ctx.addIssue({ code: 'custom', path, message })));
export type ModelMonitor = z.output<typeof modelMonitor>;
