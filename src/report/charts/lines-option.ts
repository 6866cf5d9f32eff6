import type { EChartsCoreOption } from 'echarts/core';
import { unitName } from '../format.js';
import { plain } from '../plain.js';
import type { Line, LineChart } from './chart.js';
import { axisStyle, INSIDE, legend, scaleOf, shortNumber, topOf } from './frame.js';
import { DASHES, type Palette, SYMBOLS } from './palette.js';

export function linesOption(chart: LineChart, isNarrow: boolean, palette: Palette): EChartsCoreOption {
  const names = chart.lines.map(({ name }) => plain(name));
  const style = axisStyle(palette);
  const xAxis = xAxisOf(chart, isNarrow, style);
  return {
    legend: linesLegend(chart, names, palette, isNarrow),
    grid: { left: 8, right: isNarrow ? 12 : 24, top: topOf(names, isNarrow), bottom: 26, ...INSIDE },
    xAxis: { ...xAxis, name: plain(chart.xName), nameLocation: 'middle', nameGap: 28 },
    yAxis: {
      type: 'value',
      scale: true,
      name: unitName(chart.unit),
      ...style,
      axisLabel: { ...style.axisLabel, formatter: shortNumber },
    },
    series: [
      ...chart.lines.flatMap((line, at) => bandOf(line, at, chart, palette)),
      ...chart.lines.map((line, at) => lineSeries(line, at, chart, palette)),
    ],
  };
}

/** A limit has no symbol, and no dot in the legend. */
const DASHED = 'path://M0,4h7v2h-7zM10,4h7v2h-7zM20,4h7v2h-7z';

function linesLegend({ lines }: LineChart, names: readonly string[], palette: Palette, isNarrow: boolean) {
  const all = legend(names, palette, isNarrow);
  return {
    ...all,
    data: all.data.map((entry, at) => (lines[at]?.style === 'limit' ? { ...entry, icon: DASHED } : entry)),
  };
}

function xAxisOf({ x }: LineChart, isNarrow: boolean, style: ReturnType<typeof axisStyle>) {
  const labelled = (formatter: (value: number) => string) => ({
    ...style,
    axisLabel: { ...style.axisLabel, formatter },
  });
  switch (x) {
    case 'time':
      return { type: 'time', splitNumber: isNarrow ? 3 : 6, ...labelled(timeLabel) };
    case 'number':
      return { type: 'value', scale: true, minInterval: 1, ...labelled(shortNumber) };
    case 'log-ms':
      return { type: 'log', ...labelled(shortNumber) };
  }
}

/** Symbols are for few points: many would be one thick line. */
const MOST_SYMBOLS = 30;

function lineSeries({ style, points, isStep }: Line, at: number, chart: LineChart, palette: Palette) {
  const color = palette.lines[style];
  const scale = scaleOf(chart);
  const marks = at === 0 ? (chart.marks ?? []) : [];
  const alone = points.filter(({ y }) => y !== null).length === 1;
  return {
    type: 'line',
    name: plain(chart.lines[at]?.name ?? ''),
    silent: true,
    color,
    data: points.map(({ x, y }) => [x, scale(y)]),
    ...(isStep ? { step: 'end' } : {}),
    showSymbol: alone || points.length <= MOST_SYMBOLS,
    symbol: alone && style === 'limit' ? 'rect' : SYMBOLS[style],
    symbolSize: 7,
    connectNulls: false,
    lineStyle: { color, width: 2, type: DASHES[style] },
    itemStyle: { color },
    markLine: {
      silent: true,
      symbol: 'none',
      lineStyle: { color: palette.faint, type: 'solid', width: 1 },
      label: { color: palette.ink, formatter: ({ name }: { name: string }) => name, position: 'insideEndBottom' },
      data: marks.map((mark) => ({ name: plain(mark.name), xAxis: mark.at })),
    },
  };
}

/** Two stacked lines that are not drawn, the upper one filled down to the lower. */
function bandOf({ style, points }: Line, at: number, chart: LineChart, palette: Palette) {
  const scale = scaleOf(chart);
  const inside = points.filter((point) => typeof point.low === 'number' && typeof point.high === 'number');
  if (inside.length === 0) return [];
  const data = inside.map(({ x, low = null, high = null }) => ({ x, low: scale(low) ?? 0, high: scale(high) ?? 0 }));
  const frame = {
    type: 'line',
    silent: true,
    symbol: 'none',
    stack: `band-${at}`,
    stackStrategy: 'all',
    lineStyle: { opacity: 0 },
    color: palette.lines[style],
  };
  return [
    { ...frame, data: data.map(({ x, low }) => [x, low]) },
    {
      ...frame,
      data: data.map(({ x, low, high }) => [x, high - low]),
      areaStyle: { color: palette.lines[style], opacity: 0.18 },
    },
  ];
}

/** In UTC whatever the machine's zone; a new day says its date. */
function timeLabel(ms: number): string {
  const text = new Date(ms).toISOString();
  if (text.slice(11, 19) === '00:00:00') return text.slice(5, 10);
  return text.slice(17, 19) === '00' ? text.slice(11, 16) : text.slice(11, 19);
}
