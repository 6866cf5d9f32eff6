import type { Finding, MonitorValue } from '../../../src/domain/monitor.js';
import type { ReadingLine } from '../../../src/ports/monitor-store.js';
import { api } from '../data/api.js';
import { useResource } from '../data/use-resource.js';
import { number } from '../format.js';
import { WordBadge } from '../parts/badge.js';
import { Empty, Loaded } from '../parts/notice.js';
import { Section } from '../parts/section.js';
import { type Column, Table } from '../parts/table.js';
import { At, useNow } from '../parts/time.js';

const AGAIN_MS = 15_000;
const MOST_VALUES = 200;

/** One monitor: its newest reading whole, and those before in a line each. */
export function MonitorPage({ service, monitor }: { readonly service: string; readonly monitor: string }) {
  const turn = Math.floor(useNow(AGAIN_MS) / AGAIN_MS);
  const history = useResource(
    `monitor ${service} ${monitor}`,
    (options) => api.getMonitor(service, monitor, { limit: 50, ...options }),
    turn,
  );
  return (
    <>
      <h1>
        {service} / {monitor}
      </h1>
      <Loaded of={history} what="readings">
        {({ latest, readings }) => (
          <>
            <p>
              <WordBadge word={latest.verdict} /> {latest.reason}{' '}
              <span class="faint">
                {latest.kind}, <At at={latest.at} />
              </span>
            </p>
            <Section title="Findings">
              {latest.findings.length === 0 ? (
                <Empty>Nothing is as it should not be.</Empty>
              ) : (
                <Table
                  caption="Findings, worst first"
                  columns={FINDINGS}
                  rows={latest.findings}
                  rowKey={({ key }) => key}
                />
              )}
            </Section>
            <div class="columns">
              <Section title="Values" aside={<span class="faint">{latest.values.length}</span>}>
                <Table
                  caption="Values"
                  columns={VALUES}
                  rows={latest.values.slice(0, MOST_VALUES)}
                  rowKey={(_, at) => String(at)}
                />
              </Section>
              <Section title="Readings before">
                <Table caption="Readings, newest first" columns={READINGS} rows={readings} rowKey={({ at }) => at} />
              </Section>
            </div>
          </>
        )}
      </Loaded>
    </>
  );
}

const FINDINGS: readonly Column<Finding>[] = [
  { title: 'Severity', cell: ({ severity }) => <WordBadge word={severity} /> },
  { title: 'What', isHeader: true, cell: ({ message }) => message, kind: 'long' },
  { title: 'Cause', cell: ({ cause, version }) => `${cause}${version === null ? '' : ` ${version}`}` },
  { title: 'Value', isNumber: true, cell: ({ value }) => number(value) },
  { title: 'Limit', isNumber: true, cell: ({ limit }) => number(limit) },
];

const VALUES: readonly Column<MonitorValue>[] = [
  {
    title: 'Metric',
    isHeader: true,
    cell: ({ metric, subject, version }) => [metric, subject, version].filter(Boolean).join(' '),
  },
  { title: 'Value', isNumber: true, cell: ({ value, why }) => (value === null ? (why ?? '–') : number(value)) },
  { title: 'Samples', isNumber: true, cell: ({ samples }) => number(samples) },
];

const READINGS: readonly Column<ReadingLine>[] = [
  { title: 'When', isHeader: true, cell: ({ at }) => <At at={at} />, kind: 'nowrap' },
  { title: 'Verdict', cell: ({ verdict }) => <WordBadge word={verdict} /> },
  { title: 'Says', cell: ({ reason }) => reason, kind: 'long' },
];
