import { z } from 'zod';

/** Metrics that have a value in every time bucket. */
const bucketMetric = z.enum(['error_rate', 'latency_p50', 'latency_p90', 'latency_p95', 'latency_p99']);

const effectSize = z
  .object({
    measure: z.enum(['meanRatio', 'cles']).optional(),
    allowedIncrease: z.number().optional(),
    allowedDecrease: z.number().optional(),
    criticalIncrease: z.number().optional(),
    criticalDecrease: z.number().optional(),
  })
  .describe('How large a significant change may be before it counts.');

const canaryAnalysis = z.object({
  direction: z.enum(['increase', 'decrease', 'either']).default('either'),
  nanStrategy: z.enum(['remove', 'replace']).optional(),
  critical: z.boolean().optional(),
  mustHaveData: z.boolean().optional(),
  effectSize: effectSize.optional(),
  outliers: z.object({ strategy: z.enum(['keep', 'remove']), outlierFactor: z.number().gt(0).optional() }).optional(),
});

/**
 * A canary config as Kayenta keeps it (docs/canary-config.md there); JSON may be pasted, as YAML includes it. Keys that say how Kayenta itself
 * stores or fetches things are let through and not used; only `query.metric` says what is measured here.
 */
export const kayentaConfig = z
  .looseObject({
    metrics: z
      .array(
        z.looseObject({
          name: z.string().min(1),
          query: z.looseObject({ metric: bucketMetric.describe('What is measured, in Sluice’s words.') }),
          groups: z.array(z.string().min(1)).default([]),
          analysisConfigurations: z.looseObject({ canary: canaryAnalysis.prefault({}) }).prefault({}),
        }),
      )
      .min(1),
    classifier: z
      .looseObject({ groupWeights: z.record(z.string(), z.number().min(0).max(100)).default({}) })
      .prefault({}),
    scoreThresholds: z
      .strictObject({ pass: z.number().min(0).max(100), marginal: z.number().min(0).max(100) })
      .refine(({ pass, marginal }) => marginal <= pass, { path: ['marginal'], error: 'marginal is above pass' })
      .default({ pass: 95, marginal: 75 })
      .describe('From `pass` on it passes, below `marginal` it fails; between, a person decides.'),
  })
  .describe('Kayenta’s canary config: metrics, classifier.groupWeights and scoreThresholds.');
