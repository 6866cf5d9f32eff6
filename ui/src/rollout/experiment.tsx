import { useMemo } from 'preact/hooks';
import { type ExperimentReport, type MetricEstimate, primaryOf } from '../../../src/domain/experiment.js';
import { formatQuantity } from '../../../src/domain/quantity.js';
import { Chart, type ChartData } from '../charts/chart.js';
import { allOf, api } from '../data/api.js';
import type { RolloutDetail } from '../data/types.js';
import { useResource } from '../data/use-resource.js';
import { number } from '../format.js';
import { WordBadge } from '../parts/badge.js';
import { Empty, Loaded } from '../parts/notice.js';
import { PValue, Quantity } from '../parts/quantity.js';
import { Section } from '../parts/section.js';
import { type Column, Table } from '../parts/table.js';

const AT_ONCE = 1000;

/** The A/B evaluation: the interval of the primary metric over time, and what the newest look says of every metric. */
export function Experiment({ rollout, version }: { readonly rollout: RolloutDetail; readonly version: number }) {
  const { rolloutId } = rollout;
  const isPlanned = rollout.spec?.phases?.abTest !== undefined || rollout.phases.abTest.status !== 'skipped';
  const looks = useResource(
    isPlanned ? `experiments ${rolloutId}` : null,
    // They come oldest first: only the last page has the newest look.
    (options) =>
      allOf(
        (paging) => api.listExperiments(rolloutId, { limit: AT_ONCE, ...options, ...paging }),
        ({ experiments }) => experiments,
      ),
    version,
  );
  if (!isPlanned) return null;
  return (
    <Section title="A/B evaluation">
      <Loaded of={looks} what="the evaluation">
        {(all) => <Looks looks={all} />}
      </Loaded>
    </Section>
  );
}

function Looks({ looks }: { readonly looks: readonly ExperimentReport[] }) {
  const sorted = useMemo(() => looks.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)), [looks]);
  const chart = useMemo(() => intervalChart(sorted), [sorted]);
  const newest = sorted.at(-1);
  if (newest === undefined) return <Empty>There has been no look at it yet.</Empty>;
  return (
    <>
      <p>
        <WordBadge word={newest.verdict} /> {newest.reason}{' '}
        <span class="faint">
          {number(newest.units.have)} units{newest.units.need !== null && ` of ${number(newest.units.need)}`}
        </span>
      </p>
      {newest.hypothesis !== null && <p class="faint">{newest.hypothesis}</p>}
      {newest.findings.map(({ code, subject, severity, reason }) => (
        <p key={`${code} ${subject}`} class="small">
          <WordBadge word={severity === 'void' ? 'critical' : 'warning'} /> {reason}
        </p>
      ))}
      {chart !== null && <Chart data={chart} />}
      <Table
        caption="What the newest look says"
        columns={COLUMNS}
        rows={newest.estimates}
        rowKey={({ metric, segment }, at) => `${at} ${metric} ${segment ?? ''}`}
      />
    </>
  );
}

/** @returns null where no look has an interval */
function intervalChart(looks: readonly ExperimentReport[]): ChartData | null {
  const primary = looks.map(({ at, estimates }) => ({
    at: Date.parse(at) / 1000,
    estimate: primaryOf({ estimates }),
  }));
  const judged = primary.find(({ estimate }) => estimate?.interval)?.estimate;
  if (judged == null) return null;
  const { metric, unit } = judged;
  const line = (value: (estimate: MetricEstimate) => number | null) =>
    primary.map(({ estimate }) => (estimate === null ? null : value(estimate)));
  return {
    title: `Effect on ${metric}, with its interval`,
    times: primary.map(({ at }) => at),
    lines: [
      { label: 'effect', colour: 'second', values: line(({ effect }) => effect) },
      { label: 'upper', colour: 'second', isEdge: true, values: line(({ interval }) => interval?.[1] ?? null) },
      { label: 'lower', colour: 'second', isEdge: true, values: line(({ interval }) => interval?.[0] ?? null) },
    ],
    bands: [[1, 2]],
    limits: [0],
    format: (value) => formatQuantity(value, unit),
  };
}

const COLUMNS: readonly Column<MetricEstimate>[] = [
  {
    title: 'Metric',
    isHeader: true,
    cell: ({ metric, role, segment, reason }) => (
      <>
        {metric} <span class="tag">{role}</span> {segment !== null && <span class="tag">{segment}</span>}
        <div class="faint small">{reason}</div>
      </>
    ),
  },
  { title: 'Verdict', cell: ({ verdict }) => <WordBadge word={verdict} /> },
  {
    title: 'Baseline',
    isNumber: true,
    cell: ({ baseline, unit }) => <Quantity value={baseline.value} unit={unit} />,
  },
  {
    title: 'Candidate',
    isNumber: true,
    cell: ({ candidate, unit }) => <Quantity value={candidate.value} unit={unit} />,
  },
  {
    title: 'Effect',
    isNumber: true,
    cell: ({ effect, interval, unit }) => (
      <>
        <Quantity value={effect} unit={unit} />
        {interval !== null && (
          <div class="faint small">
            <Quantity value={interval[0]} unit={unit} /> to <Quantity value={interval[1]} unit={unit} />
          </div>
        )}
      </>
    ),
  },
  { title: 'p', isNumber: true, cell: ({ adjustedP, pValue }) => <PValue p={adjustedP ?? pValue} /> },
];
