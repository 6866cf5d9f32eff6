import type { Incident, IncidentErrand, IncidentNotice, Silence } from '../domain/incident.js';
import { isWanted } from '../domain/notice.js';
import type { MonitorFrame } from '../domain/spec/monitors/frame.js';
import type { NotifyTarget } from '../domain/spec/notify.js';
import { contentDigest } from '../identity/content-digest.js';
import type { RecordedIncident } from '../ports/incident-store.js';

type Tellers = Pick<MonitorFrame, 'notify' | 'escalate'>;

/** Whether people are to be left alone with it. */
export function isSilenced({ labels }: Incident, silences: readonly Silence[], at: string): boolean {
  return silences.some(
    ({ match, until }) =>
      Date.parse(until) > Date.parse(at) && Object.entries(match).every(([name, value]) => labels[name] === value),
  );
}

/**
 * Who is to be told what now, as far as the record does not say that they were. Follows from the record alone, so that what a lost worker did not
 * get done is found again by the next run.
 */
export function errandsDue(record: RecordedIncident, tellers: Tellers, silences: readonly Silence[], at: string) {
  const { incident, events } = record;
  if (isSilenced(incident, silences, at)) return [];
  const done = new Set(events.filter(({ kind }) => kind === 'told' || kind === 'not-told').map(({ key }) => key));
  const isOver = incident.status === 'resolved';
  const opened = isOver ? [] : errands(incident, 'incident-opened', 'n', tellers.notify ?? [], incident.openedAt);
  const due = [...opened, ...(incident.status === 'open' ? escalations(incident, tellers, at) : [])];
  if (isOver) due.push(...ended(incident, tellers, done));
  return due.filter(({ notice }) => !done.has(toldKey(notice)));
}

/** Of an event that says that somebody was told, or could not be. */
export function toldKey({ id }: IncidentNotice): string {
  return `told ${id}`;
}

function escalations(incident: Incident, { escalate = [] }: Tellers, at: string): IncidentErrand[] {
  return escalate.flatMap(({ after, notify }, level) => {
    const dueAt = Date.parse(incident.openedAt) + after;
    if (dueAt > Date.parse(at)) return [];
    return errands(incident, 'incident-escalated', `e${level + 1}`, notify, new Date(dueAt).toISOString());
  });
}

interface Level {
  readonly prefix: string;
  readonly heard: IncidentNotice['event'];
  readonly targets: NonNullable<Tellers['notify']>;
}

/** The end is for those who have heard of the beginning. */
function ended(incident: Incident, { notify = [], escalate = [] }: Tellers, done: ReadonlySet<string>) {
  const at = incident.resolved?.at ?? incident.seenAt;
  const levels: readonly Level[] = [
    { prefix: 'n', heard: 'incident-opened', targets: notify },
    ...escalate.map(
      (one, level): Level => ({ prefix: `e${level + 1}`, heard: 'incident-escalated', targets: one.notify }),
    ),
  ];
  return levels.flatMap(({ prefix, heard, targets }) =>
    targets.flatMap((target) => {
      const before = noticeOf(incident, heard, placeOf(prefix, target), incident.openedAt);
      if (isWanted(target, before) && !done.has(toldKey(before))) return [];
      const notice = noticeOf(incident, 'incident-resolved', placeOf(prefix, target), at);
      return isWanted(target, notice) ? [{ target, notice }] : [];
    }),
  );
}

function errands(
  incident: Incident,
  event: IncidentNotice['event'],
  prefix: string,
  targets: NonNullable<Tellers['notify']>,
  at: string,
): IncidentErrand[] {
  return targets
    .map((target) => ({ target, notice: noticeOf(incident, event, placeOf(prefix, target), at) }))
    .filter(({ target, notice }) => isWanted(target, notice));
}

/** By what the target is, not by its place in the list: one that takes another's place while the incident is open has not heard of it. */
function placeOf(prefix: string, target: NotifyTarget): string {
  return `${prefix}-${contentDigest({ ...target, events: undefined, insecure: undefined }).slice(0, 8)}`;
}

function noticeOf(incident: Incident, event: IncidentNotice['event'], to: string, at: string): IncidentNotice {
  const { id, service, severity, cause, version, source, status, title, openedAt, evidence, labels } = incident;
  return {
    id: `${id}/${event.replace('incident-', '')}/${to}`,
    event,
    at,
    incidentId: id,
    service,
    severity,
    cause,
    version,
    source,
    monitor: labels['monitor'] ?? null,
    status,
    title,
    openedAt,
    evidence,
  };
}
