import { z } from 'zod';
import type { Route, Trip } from '../domain/route.js';
import { routeSchema } from './route-schema.js';
import { readState } from './state-file.js';

/** A route as it is kept over a restart: a lease goes on where it was, by the wall clock, and a tripped brake stays tripped. */
export interface KeptRoute {
  readonly route: Route;
  readonly leaseEndsAt: string | null;
  readonly trip: Trip | null;
}

export const tripSchema = z.strictObject({
  at: z.iso.datetime(),
  reason: z.string().max(1000),
  gatewayId: z.string().max(200),
}) satisfies z.ZodType<Trip>;

const routesSchema = z.array(
  z.strictObject({
    route: routeSchema,
    leaseEndsAt: z.iso.datetime().nullable(),
    trip: tripSchema.nullable().default(null),
  }),
);
const epochsSchema = z.record(z.string(), z.int().min(0));

/** @returns nothing where there is no file yet @throws when the file is not one of ours */
export async function readRouteFile(path: string): Promise<KeptRoute[]> {
  return routesSchema.parse((await readState(path)) ?? []);
}

/** The newest epoch of each service, kept apart: a broken route file must not let a rolled-back candidate return. */
export async function readEpochFile(path: string): Promise<Map<string, number>> {
  return new Map(Object.entries(epochsSchema.parse((await readState(path)) ?? {})));
}
