import { cutText } from './cut-text.js';
import { DAY_MS } from './duration.js';
import type { Finding } from './monitor.js';
import type { NotifyTarget } from './spec/notify.js';
import { type Evidence, failingOf } from './verdict.js';

const INCIDENT_STATUSES = ['open', 'acknowledged', 'resolved'] as const;
export type IncidentStatus = (typeof INCIDENT_STATUSES)[number];

/** What found it: a rule of a monitor, an alert from outside, a rollout that went back, what became of one that did not. */
export const INCIDENT_SOURCES = ['monitor', 'alert', 'rollback', 'impact'] as const;
export type IncidentSource = (typeof INCIDENT_SOURCES)[number];

type IncidentSeverity = Finding['severity'];

/** Trouble as it is seen once. */
export interface Sighting {
  /** The same trouble has the same key from time to time. */
  readonly key: string;
  /** When it began, as whoever sees it says: trouble that comes again is another episode, and another incident. */
  readonly episode: string;
  readonly service: string;
  readonly source: IncidentSource;
  readonly severity: IncidentSeverity;
  /** null: nobody can say. */
  readonly cause: Finding['cause'] | null;
  readonly version: string | null;
  readonly rolloutId: string | null;
  /** One line, with the numbers in it. */
  readonly title: string;
  /** What silences choose by; at most 50. */
  readonly labels: Readonly<Record<string, string>>;
  readonly evidence: readonly IncidentEvidence[];
  /** ISO. */
  readonly at: string;
}

/** One number or judgement that it rests on. */
export interface IncidentEvidence {
  readonly what: string;
  readonly message: string;
  readonly value: number | null;
  readonly limit: number | null;
  readonly samples: number | null;
}

/** What went wrong, from its first sighting to its end. */
export interface Incident extends Omit<Sighting, 'at'> {
  /** Such as `i-3f2a90c41b7d`; follows from key and episode. */
  readonly id: string;
  readonly status: IncidentStatus;
  readonly openedAt: string;
  /** The newest sighting. */
  readonly seenAt: string;
  readonly sightings: number;
  readonly acknowledged: PersonsWord | null;
  readonly resolved: PersonsWord | null;
}

export interface PersonsWord {
  /** A person's name, or `sluice`. */
  readonly by: string;
  readonly at: string;
  readonly reason: string;
}

const INCIDENT_EVENTS = ['opened', 'worsened', 'signalled', 'told', 'not-told', 'acknowledged', 'resolved'] as const;

/** One thing that happened to an incident, or that was done about it. Never changed once written. */
export interface IncidentEvent {
  /** Unique in the incident: the same thing again is not written twice. */
  readonly key: string;
  readonly kind: (typeof INCIDENT_EVENTS)[number];
  readonly at: string;
  readonly by: string;
  readonly text: string;
}

/** Keeps people from being told of some incidents for a time; what is done about them goes on. */
export interface Silence {
  readonly id: string;
  /** Labels that an incident must have, each with its value. */
  readonly match: Readonly<Record<string, string>>;
  readonly createdAt: string;
  readonly until: string;
  readonly by: string;
  readonly reason: string;
}

export type NewSilence = Omit<Silence, 'createdAt'>;

export const LONGEST_SILENCE_MS = 30 * DAY_MS;

export type IncidentNoticeEvent = 'incident-opened' | 'incident-escalated' | 'incident-resolved';

/** One thing about an incident that somebody is told. Bounded, plain JSON; goes through a workflow's history. */
export interface IncidentNotice {
  /** Unique, and the same however often it is sent. Without dots, which signatures put between their parts. */
  readonly id: string;
  readonly event: IncidentNoticeEvent;
  /** When it came about. */
  readonly at: string;
  readonly incidentId: string;
  readonly service: string;
  readonly severity: IncidentSeverity;
  readonly cause: Incident['cause'];
  readonly version: string | null;
  readonly source: IncidentSource;
  readonly monitor: string | null;
  readonly status: IncidentStatus;
  readonly title: string;
  readonly openedAt: string;
  readonly evidence: readonly IncidentEvidence[];
}

/** A notice and who is to get it. */
export interface IncidentErrand {
  readonly target: NotifyTarget;
  readonly notice: IncidentNotice;
}

const MOST_EVIDENCE = 20;

/** What of a rollout's evidence an incident keeps: what fails first. */
export function evidenceOfRollout(evidence: readonly Evidence[]): IncidentEvidence[] {
  const failing = failingOf(evidence);
  const rest = evidence.filter((one) => !failing.includes(one));
  return [...failing, ...rest].slice(0, MOST_EVIDENCE).map(({ metric, reason, difference, margin, candidate }) => ({
    what: metric,
    message: cutText(reason),
    value: difference,
    limit: margin,
    samples: candidate.samples,
  }));
}
