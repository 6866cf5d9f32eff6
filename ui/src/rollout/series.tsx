import { useEffect, useMemo, useState } from 'preact/hooks';
import { formatQuantity } from '../../../src/domain/quantity.js';
import { Chart, type ChartData, type Line } from '../charts/chart.js';
import { api } from '../data/api.js';
import type { RolloutDetail, RolloutSeries } from '../data/types.js';
import { useResource } from '../data/use-resource.js';
import { number, percent } from '../format.js';
import { Empty, Loaded } from '../parts/notice.js';
import { Section } from '../parts/section.js';

const AGAIN_MS = 5000;
type Version = RolloutSeries['versions'][number];
type Point = Version['points'][number];
const LOOKS = [
  { colour: 'first' },
  { colour: 'second', dash: [7, 4] },
  { colour: 'third', dash: [2, 3] },
] as const satisfies readonly Pick<Line, 'colour' | 'dash'>[];

/** Weights, latency and errors by version over the time of the rollout; while it runs, again every few seconds. */
export function Series({
  rollout,
  isLive,
}: {
  readonly rollout: Pick<RolloutDetail, 'rolloutId' | 'baseline' | 'candidate' | 'weightPercent'>;
  readonly isLive: boolean;
}) {
  const { rolloutId } = rollout;
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (!isLive) return;
    const timer = setInterval(() => document.hidden || setTurn((last) => last + 1), AGAIN_MS);
    return () => clearInterval(timer);
  }, [isLive]);
  const series = useResource(
    `series ${rolloutId}`,
    (options) => api.getSeries(rolloutId, options),
    `${turn} ${rollout.weightPercent}`,
  );
  return (
    <Section title="Traffic" kind="wide">
      <Loaded of={series} what="measurements">
        {(data) => <Charts data={data} rollout={rollout} />}
      </Loaded>
    </Section>
  );
}

function Charts({
  data,
  rollout,
}: {
  readonly data: RolloutSeries;
  readonly rollout: Pick<RolloutDetail, 'baseline' | 'candidate'>;
}) {
  const charts = useMemo(() => chartsOf(data, rollout), [data, rollout.baseline, rollout.candidate]);
  return charts.length === 0 ? (
    <Empty>No request has been measured yet.</Empty>
  ) : (
    <div class="charts">
      {charts.map((chart) => (
        <Chart key={chart.title} data={chart} />
      ))}
    </div>
  );
}

function chartsOf(
  data: RolloutSeries,
  { baseline, candidate }: Pick<RolloutDetail, 'baseline' | 'candidate'>,
): ChartData[] {
  // Only so many have a look: the two that are compared come first.
  const rank = (version: string) => (version === baseline ? 0 : version === candidate ? 1 : 2);
  const versions = data.versions.toSorted((a, b) => rank(a.version) - rank(b.version));
  const times = timesOf(data);
  const lines = (value: (point: Point) => number | null) => linesOf(versions, times, value);
  const at = times.map((ms) => ms / 1000);
  const ms = (value: number | null) => formatQuantity(value, 'ms');
  const share = (value: number | null) => formatQuantity(value, 'share');
  const seconds = data.intervalMs / 1000;
  const [since, until] = [Date.parse(data.since), Date.parse(data.until)];
  /** What began before, or is not over yet, was not measured for its whole width. */
  const isWhole = (point: Point) => Date.parse(point.at) >= since && Date.parse(point.at) + data.intervalMs <= until;
  const shown = [since / 1000, until / 1000] as const;
  const measured: ChartData[] = [
    { title: 'Latency p99', times: at, shown, lines: lines(({ p99 }) => p99), format: ms },
    { title: 'Latency p50', times: at, shown, lines: lines(({ p50 }) => p50), format: ms },
    {
      title: 'Errors',
      times: at,
      shown,
      lines: lines(({ requests, errors }) => (requests === 0 ? null : errors / requests)),
      format: share,
    },
    {
      title: 'Requests a second',
      times: at,
      shown,
      lines: lines((point) => (isWhole(point) ? point.requests / seconds : null)),
      format: number,
    },
  ];
  return [...(data.weights.length === 0 ? [] : [weightChart(data, shown)]), ...(versions.length === 0 ? [] : measured)];
}

/** Of all buckets in which something was measured, in ms. */
function timesOf({ versions }: RolloutSeries): number[] {
  const all = new Set(versions.flatMap(({ points }) => points.map(({ at }) => Date.parse(at))));
  return [...all].toSorted((a, b) => a - b);
}

function linesOf(
  versions: readonly Version[],
  times: readonly number[],
  value: (point: Point) => number | null,
): Line[] {
  return versions.slice(0, LOOKS.length).map(({ version, points }, index) => {
    const byTime = new Map(points.map((point) => [Date.parse(point.at), point]));
    const values = times.map((ms) => {
      const point = byTime.get(ms);
      return point === undefined ? null : value(point);
    });
    return { label: version, values, ...(LOOKS[index] ?? LOOKS[0]) };
  });
}

/** Holds from each change to the next, and to the end of what is shown. */
function weightChart({ weights }: RolloutSeries, shown: readonly [number, number]): ChartData {
  const changes = weights.map(({ at, weightPercent }) => ({ at: Date.parse(at) / 1000, weightPercent }));
  // A rollout begins with nothing.
  const all = (changes[0]?.at ?? 0) > shown[0] ? [{ at: shown[0], weightPercent: 0 }, ...changes] : changes;
  const times = all.map(({ at }) => at);
  const values = all.map(({ weightPercent }) => weightPercent);
  const end = Math.max(shown[1], (times.at(-1) ?? 0) + 1);
  return {
    title: 'Candidate’s weight',
    times: [...times, end],
    shown,
    lines: [{ label: 'weight', colour: 'second', isStepped: true, values: [...values, values.at(-1) ?? null] }],
    format: (value) => (value === null ? '–' : percent(value)),
    range: [0, 105],
  };
}
