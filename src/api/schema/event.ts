import { z } from 'zod';
import { serviceName } from '../../domain/spec/target.js';
import { time } from './common.js';
import { incident } from './incident.js';
import { decision, rolloutSummary } from './rollout.js';

export const eventQuery = z.object({ service: serviceName.optional().describe('Only what is of this service.') });
export const eventHeaders = z.object({
  'last-event-id': z
    .string()
    .regex(/^\d{1,18}$/, 'expected the id of an event')
    .optional()
    .describe('Goes on after it.'),
});

/** By the name of the event; each is the `data` of one. */
export const eventData = {
  /** A rollout as it is now; what came between two looks is not told. */
  rollout: rolloutSummary,
  /** A new line of the ledger. */
  decision: decision,
  /** An incident as it is now. */
  incident: incident,
  /** Every 15 s, so that silence means a broken connection. */
  ping: z.object({ at: time }),
  /** Too much was missed to be told: read again what is shown. Also the first event of a connection without Last-Event-ID. */
  reset: z.object({ at: time, reason: z.string() }),
};
export type LiveEvent = {
  [Name in keyof typeof eventData]: {
    readonly event: Name;
    /** Null for those that do not count: ping. */
    readonly id: string | null;
    readonly data: z.output<(typeof eventData)[Name]>;
  };
}[keyof typeof eventData];
