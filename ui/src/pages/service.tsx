import { useState } from 'preact/hooks';
import type { Route } from '../../../src/domain/route.js';
import { api } from '../data/api.js';
import type { RolloutPage, ServiceFlags } from '../data/types.js';
import { useResource, useThrottled } from '../data/use-resource.js';
import { duration, percent } from '../format.js';
import { useLive } from '../live/live.js';
import { StatusBadge } from '../parts/badge.js';
import { Fact } from '../parts/fact.js';
import { Empty, Loaded } from '../parts/notice.js';
import { Section } from '../parts/section.js';
import { type Column, Table } from '../parts/table.js';
import { Ago } from '../parts/time.js';

const AGAIN_MS = 1000;

/** How a service's requests are spread: the route, its segments, and the rollouts that made it so. */
export function ServicePage({ service }: { readonly service: string }) {
  const [news, setNews] = useState(0);
  useLive('rollout', (summary) => summary.service === service && setNews((last) => last + 1));
  useLive('reset', () => setNews((last) => last + 1));
  const version = useThrottled(news, AGAIN_MS);
  const route = useResource(`route ${service}`, (options) => api.getRoute(service, options), version);
  const flags = useResource(`flags ${service}`, (options) => api.getFlags(service, options), version);
  const rollouts = useResource(
    `rollouts ${service}`,
    (options) => api.listRollouts({ service, limit: 20, ...options }),
    version,
  );
  return (
    <>
      <h1>{service}</h1>
      <div class="columns">
        <Section title="Route">
          <Loaded of={route} what="the route">
            {(answer) => <RouteFacts route={answer.route} />}
          </Loaded>
        </Section>
        <Section title="Segments and flags">
          <Loaded of={flags} what="segments">
            {(found) => <Flags flags={found} />}
          </Loaded>
        </Section>
      </div>
      <Section title="Rollouts">
        <Loaded of={rollouts} what="rollouts">
          {({ items }) =>
            items.length === 0 ? (
              <Empty>There was none.</Empty>
            ) : (
              <Table
                caption="Rollouts, newest first"
                columns={ROLLOUTS}
                rows={items}
                rowKey={({ rolloutId }) => rolloutId}
              />
            )
          }
        </Loaded>
      </Section>
    </>
  );
}

function RouteFacts({ route }: { readonly route: Route }) {
  const { baseline, candidate, weightPercent, shadowPercent, holdback, epoch, salt, leaseMs, traffic } = route;
  return (
    <>
      <Share parts={sharesOf(route)} />
      <dl class="facts">
        <Fact name="Baseline">
          {baseline.version} <code>{baseline.url}</code>
        </Fact>
        <Fact name="Candidate">
          {candidate === null ? (
            'none'
          ) : (
            <>
              {candidate.version}, {percent(weightPercent)} <code>{candidate.url}</code>
            </>
          )}
        </Fact>
        <Fact name="Shadow">{percent(shadowPercent)}</Fact>
        <Fact name="Holdback">
          {holdback === undefined ? 'none' : `${percent(holdback.percent)} stay with ${holdback.target.version}`}
        </Fact>
        <Fact name="Epoch">{epoch}</Fact>
        <Fact name="Salt">
          <code>{salt}</code>
        </Fact>
        <Fact name="Lease">{leaseMs === null ? 'none is needed' : duration(leaseMs)}</Fact>
        <Fact name="Assignment">
          {traffic?.hash ?? 'murmur3'}, failures answered by {traffic?.fallback ?? 'baseline'}
        </Fact>
      </dl>
    </>
  );
}

interface Part {
  readonly version: string;
  readonly percent: number;
}

function sharesOf({ baseline, candidate, weightPercent, holdback, traffic }: Route): Part[] {
  const more = [
    ...(candidate === null ? [] : [{ version: candidate.version, percent: weightPercent }]),
    ...(holdback === undefined ? [] : [{ version: holdback.target.version, percent: holdback.percent }]),
    ...(traffic?.others ?? []).map(({ version, weight }) => ({ version, percent: weight })),
  ];
  const rest = 100 - more.reduce((sum, one) => sum + one.percent, 0);
  return [{ version: baseline.version, percent: rest }, ...more];
}

function Share({ parts }: { readonly parts: readonly Part[] }) {
  const label = parts.map(({ version, percent: share }) => `${version} ${percent(share)}`).join(', ');
  return (
    <div class="share" role="img" aria-label={`Shares of the units: ${label}`}>
      {parts.map(({ version, percent: share }, at) => (
        <span key={at} class={`part-${at % 4}`} style={{ flexGrow: Math.max(share, 0) }}>
          {share >= 8 && `${version} ${percent(share)}`}
        </span>
      ))}
    </div>
  );
}

function Flags({ flags: { audience, segments, others, holdback } }: { readonly flags: ServiceFlags }) {
  return (
    <>
      <p>
        {audience === 'segments'
          ? 'Only who is in a segment may meet the candidate.'
          : 'Everybody may meet the candidate.'}{' '}
        {holdback !== null && `${percent(holdback.percent)} of the units are held back.`}
      </p>
      {segments.length === 0 ? (
        <Empty>The route has no segments. Feature flags stand in the gateways’ own files.</Empty>
      ) : (
        <Table
          caption="Segments; the first that matches counts"
          columns={SEGMENTS}
          rows={segments}
          rowKey={({ name }) => name}
        />
      )}
      {others.length > 0 && (
        <ul>
          {others.map(({ version, weight }) => (
            <li key={version}>
              {version} has {percent(weight)} of its own
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

const SEGMENTS: readonly Column<ServiceFlags['segments'][number]>[] = [
  { title: 'Segment', isHeader: true, cell: ({ name }) => name },
  {
    title: 'Who',
    cell: ({ when, during }) => (
      <>
        {when === undefined ? 'everybody' : <code>{JSON.stringify(when)}</code>}
        {during !== undefined && (
          <>
            {' '}
            during <code>{JSON.stringify(during)}</code>
          </>
        )}
      </>
    ),
    kind: 'long',
  },
  {
    title: 'Weight',
    isNumber: true,
    cell: (one) => (one.percent === undefined ? 'the rollout’s' : percent(one.percent)),
  },
];

const ROLLOUTS: readonly Column<RolloutPage['items'][number]>[] = [
  {
    title: 'Rollout',
    isHeader: true,
    cell: ({ rolloutId, baseline, candidate }) => (
      <a href={`/rollouts/${encodeURIComponent(rolloutId)}`}>
        {baseline} → {candidate}
      </a>
    ),
  },
  { title: 'Status', cell: ({ status }) => <StatusBadge status={status} /> },
  { title: 'Why', cell: ({ reason }) => reason, kind: 'long' },
  { title: 'Started', cell: ({ startedAt }) => <Ago at={startedAt} /> },
];
