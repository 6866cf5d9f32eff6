import type { Incident } from '../../../src/domain/incident.js';
import { WordBadge } from '../parts/badge.js';
import { type Column, Table } from '../parts/table.js';
import { Ago } from '../parts/time.js';

export function IncidentTable({ incidents }: { readonly incidents: readonly Incident[] }) {
  return <Table caption="Incidents, newest first" columns={COLUMNS} rows={incidents} rowKey={({ id }) => id} />;
}

const COLUMNS: readonly Column<Incident>[] = [
  {
    title: 'Incident',
    isHeader: true,
    cell: ({ id, title }) => (
      <>
        <a href={`/incidents/${encodeURIComponent(id)}`}>{title}</a>
        <div class="faint id">{id}</div>
      </>
    ),
  },
  { title: 'Status', cell: ({ status }) => <WordBadge word={status} /> },
  { title: 'Severity', cell: ({ severity }) => <WordBadge word={severity} /> },
  {
    title: 'Service',
    cell: ({ service, version }) => (
      <>
        {service} <span class="faint">{version}</span>
      </>
    ),
  },
  { title: 'Cause', cell: ({ cause, source }) => `${cause ?? 'not known'}, from ${source}` },
  { title: 'Opened', cell: ({ openedAt }) => <Ago at={openedAt} /> },
];
