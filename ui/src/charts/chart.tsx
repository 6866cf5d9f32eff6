import { useEffect, useId, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { clock } from '../format.js';
import { colour } from '../theme.js';
import { ChartTable } from './chart-table.js';

/** One line of a chart. Dashes tell lines apart where colours don't. */
export interface Line {
  readonly label: string;
  readonly colour: 'first' | 'second' | 'third' | 'faint';
  readonly dash?: readonly number[];
  readonly isStepped?: boolean;
  /** Not drawn: an edge of a band. */
  readonly isEdge?: boolean;
  readonly values: readonly (number | null)[];
}

export interface ChartData {
  /** For screen readers, and over the chart. */
  readonly title: string;
  /** Seconds since 1970, rising. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  /** Areas between two lines, by index: upper, lower. */
  readonly bands?: readonly (readonly [number, number])[];
  readonly format: (value: number | null) => string;
  readonly range?: readonly [number, number];
  /** The time that is shown, in seconds; default: of all points. */
  readonly shown?: readonly [number, number];
  /** Drawn across, such as a margin. */
  readonly limits?: readonly number[];
}

const HEIGHT = 190;

/** A live chart with its legend, and the same numbers as a table. The cursors of all charts of the page move together. */
export function Chart({ data }: { readonly data: ChartData }) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(data);
  latest.current = data;
  const id = useId();
  const shape = JSON.stringify([
    data.lines.map(({ label, isEdge }) => [label, isEdge]),
    data.bands,
    data.limits,
    data.range,
  ]);

  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const draw = () => {
      plot.current?.destroy();
      plot.current = new uPlot(options(latest, element.clientWidth), columns(latest.current), element);
    };
    draw();
    const sizes = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }));
    sizes.observe(element);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', draw);
    addEventListener('themechange', draw);
    return () => {
      sizes.disconnect();
      scheme.removeEventListener('change', draw);
      removeEventListener('themechange', draw);
      plot.current?.destroy();
      plot.current = null;
    };
  }, [shape]);
  useEffect(() => plot.current?.setData(columns(data)), [data]);

  return (
    <figure class="chart" aria-labelledby={id}>
      <figcaption id={id}>
        {data.title}
        <Legend lines={data.lines} />
      </figcaption>
      <div ref={holder} class="canvas" aria-hidden="true" />
      <ChartTable data={data} />
    </figure>
  );
}

function Legend({ lines }: { readonly lines: readonly Line[] }) {
  return (
    <span class="legend">
      {lines
        .filter(({ isEdge }) => isEdge !== true)
        .map(({ label, colour: name, dash }) => (
          <span key={label}>
            <svg width="22" height="8" aria-hidden="true">
              <line x1="0" y1="4" x2="22" y2="4" class={`line-${name}`} stroke-dasharray={dash?.join(' ')} />
            </svg>
            {label}
          </span>
        ))}
    </span>
  );
}

function columns({ times, lines }: ChartData): uPlot.AlignedData {
  return [[...times], ...lines.map(({ values }) => [...values])];
}

function options(latest: { readonly current: ChartData }, width: number): uPlot.Options {
  const { lines, bands = [], range } = latest.current;
  const shown = () => latest.current.shown;
  const format = (value: number | null) => latest.current.format(value);
  const axis = {
    stroke: colour('faint'),
    grid: { stroke: colour('grid'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui',
  };
  return {
    width: Math.max(width, 120),
    height: HEIGHT,
    legend: { show: false },
    cursor: { sync: { key: 'sluice' }, drag: { x: false, y: false }, points: { size: 6 } },
    scales: {
      x: { range: (_, from, to) => [...(shown() ?? [from, to])] as [number, number] },
      y: { range: (_, low, high) => span(low, high, latest.current.limits ?? [], range) },
    },
    axes: [
      {
        ...axis,
        values: (_, ticks) => ticks.map((at) => clock(new Date(at * 1000).toISOString()).slice(-8, -3)),
        space: 60,
        size: 26,
      },
      { ...axis, size: 58, values: (_, ticks) => ticks.map(format), space: 34 },
    ],
    series: [{}, ...lines.map(seriesOf)],
    bands: bands.map(([upper, lower]) => ({ series: [upper + 1, lower + 1], fill: colour('second', 20) })),
    hooks: { draw: [(plot) => drawLimits(plot, latest.current.limits ?? [])] },
  };
}

function seriesOf({ label, colour: name, dash, isStepped, isEdge }: Line): uPlot.Series {
  const stepped = isStepped ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
  return {
    label,
    stroke: isEdge ? 'transparent' : colour(name),
    width: isEdge ? 0 : 1.75,
    points: { show: false },
    spanGaps: false,
    ...(dash === undefined ? {} : { dash: [...dash] }),
    ...(stepped === undefined ? {} : { paths: stepped }),
  };
}

/** Room above and below, and limits within sight. */
function span(
  low: number,
  high: number,
  limits: readonly number[],
  fixed: readonly [number, number] | undefined,
): [number, number] {
  if (fixed !== undefined) return [fixed[0], fixed[1]];
  const values = [low, high, ...limits].filter((value) => Number.isFinite(value));
  if (values.length === 0) return [0, 1];
  const [from, to] = [Math.min(...values), Math.max(...values)];
  const room = (to - from || Math.abs(to) || 1) * 0.1;
  return [from >= 0 && from < to / 2 ? Math.min(0, from) : from - room, to + room];
}

function drawLimits(plot: uPlot, limits: readonly number[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colour('faint');
  ctx.setLineDash([4, 4]);
  for (const limit of limits) {
    const y = Math.round(plot.valToPos(limit, 'y', true));
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}
