import { cutText } from '../domain/cut-text.js';
import type { Incident, Silence } from '../domain/incident.js';
import type { RecordedIncident } from '../ports/incident-store.js';
import { renderTable } from './render-table.js';

export function renderIncidents(incidents: readonly Incident[]): string {
  const rows = incidents.map(({ id, service, severity, status, source, openedAt, title }) => [
    id,
    service,
    severity,
    status,
    source,
    openedAt,
    cutText(title, 100),
  ]);
  return renderTable(['ID', 'SERVICE', 'SEVERITY', 'STATUS', 'FROM', 'SINCE', 'WHAT'], rows);
}

export function renderIncident({ incident, events }: RecordedIncident): string {
  const { id, service, severity, status, source, cause, version, rolloutId, title, openedAt, seenAt, sightings } =
    incident;
  const lines = [
    `${id}  ${service}  ${severity}, ${status}`,
    `  what     ${title}`,
    `  from     ${source}${blame(cause, version)}`,
    `  since    ${openedAt}, seen ${sightings === 1 ? 'once' : `${sightings} times, last at ${seenAt}`}`,
    ...(rolloutId === null ? [] : [`  rollout  ${rolloutId}`]),
    `  labels   ${Object.entries(incident.labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')}`,
  ];
  if (incident.evidence.length > 0)
    lines.push('  evidence', ...incident.evidence.map(({ what, message }) => `    ${named(what, message)}`));
  const rows = events.map(({ at, kind, by, text }) => [at, kind, by, text]);
  return `${lines.join('\n')}\n\n${renderTable(['AT', 'EVENT', 'BY', 'WHAT'], rows)}`;
}

function blame(cause: Incident['cause'], version: string | null): string {
  const of = version === null ? '' : ` ${version}`;
  if (cause === 'environment') return `, blamed on the environment${version === null ? '' : `, seen at${of}`}`;
  return cause === null ? of : `, blamed on ${cause}${of}`;
}

/** A guardrail's sentence begins with its name already. */
function named(what: string, message: string): string {
  return message.startsWith(`${what}: `) ? message : `${what}: ${message}`;
}

export function renderSilences(silences: readonly Silence[]): string {
  const rows = silences.map(({ id, match, by, until, reason }) => {
    const labels = Object.entries(match).map(([name, value]) => `${name}=${value}`);
    return [id, labels.join(' '), by, until, reason];
  });
  return renderTable(['ID', 'MATCH', 'BY', 'UNTIL', 'REASON'], rows);
}
