import { z } from 'zod';
import {
  INCIDENT_SOURCES,
  type Incident,
  type IncidentEvent,
  LONGEST_SILENCE_MS,
  type Silence,
} from '../../domain/incident.js';
import { duration } from '../../domain/spec/duration.js';
import { serviceName } from '../../domain/spec/target.js';
import { next, paging, person, reasonText, shapeOf, time, truth } from './common.js';

const word = z.object({ by: z.string(), at: time, reason: z.string() });
export const incident = shapeOf<Incident>(
  z.looseObject({
    id: z.string(),
    service: z.string(),
    source: z.enum(INCIDENT_SOURCES),
    severity: z.enum(['critical', 'warning']),
    status: z.enum(['open', 'acknowledged', 'resolved']),
    title: z.string(),
    version: z.string().nullable(),
    rolloutId: z.string().nullable(),
    openedAt: time,
    seenAt: time,
    sightings: z.int().min(1),
    acknowledged: word.nullable(),
    resolved: word.nullable(),
  }),
);
const incidentEvent = shapeOf<IncidentEvent>(
  z.object({ key: z.string(), kind: z.string(), at: time, by: z.string(), text: z.string() }),
);

export const ofIncident = z.object({ id: z.string().regex(/^i-[0-9a-f]{12}$/, 'expected the id of an incident') });
export const incidentQuery = z.object({
  active: truth.default(true),
  service: serviceName.optional(),
  source: z.enum(INCIDENT_SOURCES).optional(),
  ...paging(50, 500),
});
export const incidentPage = z.object({ incidents: z.array(incident), next });
export const recordedIncident = z.object({ incident, events: z.array(incidentEvent) });
export const saidOfIncident = z.strictObject({
  by: person.optional().describe('Without tokens only: else it is whoever asks.'),
  reason: reasonText,
});
export type SaidOfIncident = z.input<typeof saidOfIncident>;

export const ofSilence = z.object({ id: z.string().regex(/^s-[0-9a-f]{12}$/, 'expected the id of a silence') });
export const silence = shapeOf<Silence>(
  z.object({
    id: z.string(),
    match: z.record(z.string(), z.string()),
    createdAt: time,
    until: time,
    by: z.string(),
    reason: z.string(),
  }),
);
export const silenceQuery = z.object({ active: truth.default(true), ...paging(50, 500) });
export const silencePage = z.object({ silences: z.array(silence), next });
export const newSilence = z.strictObject({
  match: z
    .record(z.string().min(1).max(200), z.string().max(300))
    .refine((given) => Object.keys(given).length > 0, 'expected a label at least: all incidents can’t be silenced')
    .refine((given) => Object.keys(given).length <= 20, 'expected at most 20 labels'),
  for: duration.refine((ms) => ms <= LONGEST_SILENCE_MS, 'a silence is at most 30d; make a new one before it ends'),
  by: person.optional(),
  reason: reasonText,
});
export type NewSilenceBody = z.input<typeof newSilence>;
