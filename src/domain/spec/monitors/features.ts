import { z } from 'zod';
import { checkWindows, comparedWindows } from './reference.js';

const FEATURE_METHODS = ['ks', 'wasserstein', 'psi', 'jensenshannon', 'chisquare'] as const;

const severity = z.enum(['warning', 'critical']);
const share = z.number().min(0).max(1);

const method = z
  .strictObject({
    method: z.enum(FEATURE_METHODS).optional(),
    threshold: z
      .number()
      .gt(0)
      .optional()
      .describe('From this distance on it matters (not of ks and chisquare). Default 0.1.'),
  })
  .prefault({});

const feature = z
  .strictObject({
    type: z.enum(['numeric', 'categorical']).optional().describe('Default: as it looks in the reference.'),
    method: z.enum(FEATURE_METHODS).optional(),
    threshold: z.number().gt(0).optional(),
    severity: severity.optional().describe('Of its drift.'),
    range: z.tuple([z.number(), z.number()]).optional().describe('Default: what the reference has.'),
    ignore: z.literal(true).optional(),
  })
  .refine(({ type, method: how }) => !(type === 'categorical' && (how === 'ks' || how === 'wasserstein')), {
    path: ['method'],
    error: 'needs numbers',
  })
  .refine(({ range }) => range === undefined || range[0] <= range[1], {
    path: ['range'],
    error: 'ends before it begins',
  })
  .refine(({ type, range }) => !(type === 'categorical' && range !== undefined), {
    path: ['range'],
    error: 'needs numbers',
  });

/** What a version is asked: has it changed since the reference? */
export const featureMonitor = z
  .strictObject({
    kind: z.literal('features'),
    ...comparedWindows,
    features: z.record(z.string().min(1).max(200), feature).default({}).describe('What differs for single ones.'),
    numeric: method.describe('Default: ks; with a reference of over 1,000 rows wasserstein.'),
    categorical: method.describe('Default: chisquare; with a reference of over 1,000 rows jensenshannon.'),
    severity: severity.default('warning').describe('Of the drift of one feature.'),
    driftShare: share.gt(0).default(0.5).describe('From this share of drifted features on, the data set has drifted.'),
    datasetSeverity: severity.default('critical'),
    missing: share.default(0.02).describe('A smaller rise of the share of missing values does not matter.'),
    outside: share.default(0.01).describe('A smaller rise of the share of values out of range does not matter.'),
    newCategories: share
      .default(0.01)
      .describe('A smaller share of values that the reference never had does not matter.'),
  })
  .superRefine((spec, ctx) => checkWindows(spec, (path, message) => ctx.addIssue({ code: 'custom', path, message })));
export type FeatureMonitor = z.output<typeof featureMonitor>;
