import type { IncidentNotice } from '../domain/incident.js';
import type { CloudEvent } from './cloud-event.js';

/** What others are told of an incident. Source: as of `cloudEvent` */
export function incidentEvent({
  id,
  at,
  event,
  ...data
}: IncidentNotice): CloudEvent<Omit<IncidentNotice, 'id' | 'at'>> {
  return {
    specversion: '1.0',
    id,
    source: `/sluice/incidents/${data.service}`,
    type: `dev.sluice.incident.${event.replace('incident-', '')}.v1`,
    subject: data.incidentId,
    time: at,
    datacontenttype: 'application/json',
    data: { event, ...data },
  };
}
