import { z } from 'zod';
import { INTERLEAVING_METHODS, type Route } from '../domain/route.js';
import { modelTarget, protocol, serviceName } from '../domain/spec/target.js';
import { percent, percentTogether, routeTraffic } from '../domain/spec/traffic.js';

/** A route as it comes over the admin listener or from the state file. */
export const routeSchema = z
  .strictObject({
    service: serviceName,
    protocol,
    epoch: z.int().min(0),
    rolloutId: z
      .string()
      .regex(/^[a-z0-9-]{1,255}$/)
      .nullable(),
    salt: z.string().min(1).max(255),
    baseline: modelTarget,
    candidate: modelTarget.nullable(),
    weightPercent: percent,
    shadowPercent: percent,
    leaseMs: z.int().min(1).nullable(),
    traffic: routeTraffic.optional(),
    recordsExposures: z.boolean().optional(),
    holdback: z.strictObject({ target: modelTarget, percent: percent.gt(0).lt(100) }).optional(),
    interleaving: z
      .strictObject({
        method: z.enum(INTERLEAVING_METHODS),
        output: z.string().min(1).max(200),
        length: z.int().min(1).max(1000),
      })
      .optional(),
  })
  .refine(({ candidate, leaseMs }) => (candidate === null) === (leaseMs === null), {
    path: ['leaseMs'],
    error: 'a candidate needs a lease, and only a candidate has one',
  })
  .refine(({ candidate, holdback }) => candidate === null || holdback === undefined, {
    path: ['holdback'],
    error: 'nobody is held back while there is a candidate',
  })
  .refine(({ interleaving, protocol: read }) => interleaving === undefined || read.kind === 'open-inference', {
    path: ['interleaving'],
    error: 'only ranked lists of the open-inference protocol can be merged',
  })
  .refine(({ weightPercent, traffic }) => percentTogether(traffic, weightPercent) <= 100, {
    path: ['traffic', 'others'],
    error: 'the weights are more than 100 % together',
  }) satisfies z.ZodType<Route>;
