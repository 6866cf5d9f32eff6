import { z } from 'zod';
import type { Route } from '../domain/route.js';
import { modelTarget, protocol, serviceName } from '../domain/spec/target.js';

const percent = z.number().min(0).max(100);

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
  })
  .refine(({ candidate, leaseMs }) => (candidate === null) === (leaseMs === null), {
    path: ['leaseMs'],
    error: 'a candidate needs a lease, and only a candidate has one',
  }) satisfies z.ZodType<Route>;
