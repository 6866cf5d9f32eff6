import { useState } from 'preact/hooks';
import { hasEnded } from '../../../src/domain/rollout-state.js';
import { api } from '../data/api.js';
import type { ServiceSummary } from '../data/types.js';
import { useResource, useThrottled } from '../data/use-resource.js';
import { percent } from '../format.js';
import { useLive } from '../live/live.js';
import { StatusBadge } from '../parts/badge.js';
import { Empty, Loaded } from '../parts/notice.js';
import { type Column, Table } from '../parts/table.js';

const AGAIN_MS = 1000;

/** What serves now, service by service, and what is about to change it. */
export function ServicesPage() {
  const [news, setNews] = useState(0);
  useLive('rollout', () => setNews((last) => last + 1));
  useLive('reset', () => setNews((last) => last + 1));
  const services = useResource(
    'services',
    (options) => api.listServices({ limit: 500, ...options }),
    useThrottled(news, AGAIN_MS),
  );
  return (
    <>
      <h1>Services</h1>
      <Loaded of={services} what="services">
        {({ services: all, next }) =>
          all.length === 0 ? (
            <Empty>No service has a rollout or a route yet.</Empty>
          ) : (
            <>
              <Table caption="Services" columns={COLUMNS} rows={all} rowKey={({ service }) => service} />
              {next !== null && <p class="faint">The first {all.length} are shown.</p>}
            </>
          )
        }
      </Loaded>
    </>
  );
}

const COLUMNS: readonly Column<ServiceSummary>[] = [
  {
    title: 'Service',
    isHeader: true,
    cell: ({ service }) => <a href={`/services/${encodeURIComponent(service)}`}>{service}</a>,
  },
  { title: 'Serves now', cell: ({ serving }) => <Serving serving={serving} /> },
  { title: 'Epoch', isNumber: true, cell: ({ serving }) => serving?.epoch ?? '–' },
  {
    title: 'Newest rollout',
    cell: ({ rollout }) =>
      rollout === null ? (
        <span class="faint">none</span>
      ) : (
        <>
          <a href={`/rollouts/${encodeURIComponent(rollout.rolloutId)}`}>
            {rollout.baseline} → {rollout.candidate}
          </a>{' '}
          <StatusBadge status={rollout.status} />
        </>
      ),
  },
  {
    title: 'Waits for',
    cell: ({ rollout }) => (rollout === null || hasEnded(rollout.status) ? '' : (rollout.waiting?.kind ?? '')),
  },
];

function Serving({ serving }: { readonly serving: ServiceSummary['serving'] }) {
  if (serving === null) return <span class="faint">as its gateways’ own file says</span>;
  const { baseline, candidate, weightPercent, shadowPercent, holdbackPercent } = serving;
  return (
    <>
      <b>{baseline}</b>
      {candidate !== null && (
        <>
          {' '}
          → {candidate} {percent(weightPercent)}
        </>
      )}
      {shadowPercent > 0 && <span class="faint"> shadow {percent(shadowPercent)}</span>}
      {holdbackPercent !== null && <span class="faint"> held back {percent(holdbackPercent)}</span>}
    </>
  );
}
