import { useState } from 'preact/hooks';
import type { IncidentEvidence } from '../../../src/domain/incident.js';
import { metricUnit } from '../../../src/domain/metric.js';
import type { RecordedIncident } from '../../../src/ports/incident-store.js';
import { api } from '../data/api.js';
import { useResource } from '../data/use-resource.js';
import { number } from '../format.js';
import { SayButton } from '../incidents/say.js';
import { useLive } from '../live/live.js';
import { WordBadge } from '../parts/badge.js';
import { Fact } from '../parts/fact.js';
import { Empty, Loaded } from '../parts/notice.js';
import { Quantity } from '../parts/quantity.js';
import { Section } from '../parts/section.js';
import { type Column, Table } from '../parts/table.js';
import { At } from '../parts/time.js';

/** One incident: what was seen, what was done, and what may be said of it. */
export function IncidentPage({ id }: { readonly id: string }) {
  const [news, setNews] = useState(0);
  useLive('incident', (incident) => incident.id === id && setNews((last) => last + 1));
  useLive('reset', () => setNews((last) => last + 1));
  const record = useResource(`incident ${id}`, (options) => api.getIncident(id, options), news);
  return (
    <Loaded of={record} what="the incident">
      {(found) => <Record record={found} onSaid={record.reload} />}
    </Loaded>
  );
}

function Record({
  record: { incident, events },
  onSaid,
}: {
  readonly record: RecordedIncident;
  readonly onSaid: () => void;
}) {
  const { title, status, severity, service, version, cause, source, rolloutId, openedAt, seenAt, sightings } = incident;
  return (
    <>
      <header class="head">
        <div class="head-title">
          <h1>{title}</h1>
          <WordBadge word={status} />
          <WordBadge word={severity} />
        </div>
        <div class="buttons">
          <SayButton incident={incident} what="ack" onSaid={onSaid} />
          <SayButton incident={incident} what="resolve" onSaid={onSaid} />
        </div>
        <dl class="facts">
          <Fact name="Service">
            <a href={`/services/${encodeURIComponent(service)}`}>{service}</a> {version}
          </Fact>
          <Fact name="Cause">
            {cause ?? 'not known'}, found by {source}
          </Fact>
          {rolloutId !== null && (
            <Fact name="Rollout">
              <a href={`/rollouts/${encodeURIComponent(rolloutId)}`}>{rolloutId}</a>
            </Fact>
          )}
          <Fact name="Opened">
            <At at={openedAt} />
          </Fact>
          <Fact name="Last seen">
            <At at={seenAt} /> ({number(sightings)} times)
          </Fact>
        </dl>
      </header>
      <Section title="Evidence">
        {incident.evidence.length === 0 ? (
          <Empty>Whoever reported it brought no numbers.</Empty>
        ) : (
          <Table caption="Evidence" columns={EVIDENCE} rows={incident.evidence} rowKey={(_, at) => String(at)} />
        )}
      </Section>
      <Section title="What happened">
        <ol class="events">
          {events.map(({ key, kind, at, by, text }) => (
            <li key={key}>
              <At at={at} /> <b>{kind}</b> {text} <span class="faint">{by}</span>
            </li>
          ))}
        </ol>
      </Section>
    </>
  );
}

const EVIDENCE: readonly Column<IncidentEvidence>[] = [
  { title: 'What', isHeader: true, cell: ({ what }) => what },
  { title: 'Says', cell: ({ message }) => message, kind: 'long' },
  { title: 'Value', isNumber: true, cell: ({ what, value }) => <Quantity value={value} unit={metricUnit(what)} /> },
  { title: 'Limit', isNumber: true, cell: ({ what, limit }) => <Quantity value={limit} unit={metricUnit(what)} /> },
  { title: 'Samples', isNumber: true, cell: ({ samples }) => number(samples) },
];
