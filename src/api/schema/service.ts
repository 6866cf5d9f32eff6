import { z } from 'zod';
import type { Holdback, Route } from '../../domain/route.js';
import type { TrafficPolicy } from '../../domain/spec/traffic.js';
import { next, paging, percent, shapeOf } from './common.js';
import { rolloutSummary } from './rollout.js';

const version = z.string();

/** What serves by the stored route, and the rollout that is not over. */
const serviceSummary = z.object({
  service: z.string(),
  serving: z
    .object({
      baseline: version,
      candidate: version.nullable(),
      weightPercent: percent,
      shadowPercent: percent,
      epoch: z.int().min(0),
      holdbackPercent: percent.nullable(),
    })
    .nullable()
    .describe('As gateways were told last; null: nothing was ever set for it.'),
  rollout: rolloutSummary.nullable().describe('The newest; null: there was none.'),
});
export type ServiceSummary = z.output<typeof serviceSummary>;
export const serviceQuery = z.object(paging(100, 500));
export const routeQuery = z.object(paging(500, 1000));
export const servicePage = z.object({ services: z.array(serviceSummary), next });
export type ServicePage = z.output<typeof servicePage>;

const route = shapeOf<Route>(
  z.looseObject({
    service: z.string(),
    epoch: z.int().min(0),
    rolloutId: z.string().nullable(),
    salt: z.string(),
    baseline: z.looseObject({ version, url: z.string() }),
    candidate: z.looseObject({ version, url: z.string() }).nullable(),
    weightPercent: percent,
    shadowPercent: percent,
    leaseMs: z.int().nullable(),
  }),
).describe('What gateways are told: docs/architecture.md, Traffic');
export const routeAnswer = z.object({ route });
export const routePage = z.object({ routes: z.array(route), next });

export interface ServiceFlags {
  readonly service: string;
  readonly epoch: number;
  /** Who may meet the candidate. */
  readonly audience: TrafficPolicy['audience'];
  /** Parts of the traffic, in the order in which they are looked at. */
  readonly segments: TrafficPolicy['segments'];
  /** Further versions with a share of their own. */
  readonly others: TrafficPolicy['others'];
  readonly holdback: Holdback | null;
}
/** What the stored route says of segments. Feature flags stand in the gateways' own files, and are not in the store. */
export const flags = shapeOf<ServiceFlags>(
  z.object({
    service: z.string(),
    epoch: z.int().min(0),
    audience: z.enum(['all', 'segments']),
    segments: z.array(z.looseObject({ name: z.string(), percent: percent.optional() })),
    others: z.array(z.looseObject({ version, url: z.string(), weight: percent })),
    holdback: z.looseObject({ percent }).nullable(),
  }),
);
