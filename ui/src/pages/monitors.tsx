import type { ReadingLine } from '../../../src/ports/monitor-store.js';
import { api } from '../data/api.js';
import { useResource } from '../data/use-resource.js';
import { WordBadge } from '../parts/badge.js';
import { Empty, Loaded } from '../parts/notice.js';
import { type Column, Table } from '../parts/table.js';
import { Ago, useNow } from '../parts/time.js';

const AGAIN_MS = 15_000;

/** What watches live models, and what each has read last. */
export function MonitorsPage() {
  const turn = Math.floor(useNow(AGAIN_MS) / AGAIN_MS);
  const monitors = useResource('monitors', (options) => api.listMonitors(options), turn);
  return (
    <>
      <h1>Monitors</h1>
      <Loaded of={monitors} what="monitors">
        {({ monitors: all }) =>
          all.length === 0 ? (
            <Empty>
              No monitor has read anything yet. <code>sluice monitor apply</code> makes one.
            </Empty>
          ) : (
            <Table
              caption="Monitors"
              columns={COLUMNS}
              rows={all}
              rowKey={({ service, monitor }) => `${service}/${monitor}`}
            />
          )
        }
      </Loaded>
    </>
  );
}

const COLUMNS: readonly Column<ReadingLine>[] = [
  {
    title: 'Monitor',
    isHeader: true,
    cell: ({ service, monitor }) => (
      <a href={`/monitors/${encodeURIComponent(service)}/${encodeURIComponent(monitor)}`}>
        {service} / {monitor}
      </a>
    ),
  },
  { title: 'Kind', cell: ({ kind }) => kind },
  { title: 'Verdict', cell: ({ verdict }) => <WordBadge word={verdict} /> },
  { title: 'Says', cell: ({ reason }) => reason, kind: 'long' },
  { title: 'Read', cell: ({ at }) => <Ago at={at} /> },
];
