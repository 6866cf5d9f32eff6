import type { EChartsCoreOption } from 'echarts/core';
import { unitName } from '../format.js';
import { plain } from '../plain.js';
import type { IntervalChart } from './chart.js';
import { axisStyle, INSIDE, scaleOf, shortNumber } from './frame.js';
import type { Palette } from './palette.js';

export function intervalsOption(chart: IntervalChart, isNarrow: boolean, palette: Palette): EChartsCoreOption {
  const style = axisStyle(palette);
  const scale = scaleOf(chart);
  const color = palette.lines.first;
  const rows = chart.rows.map((row) => ({
    name: plain(row.name),
    low: scale(row.low),
    value: scale(row.value),
    high: scale(row.high),
  }));
  return {
    grid: { left: 8, right: 24, top: 24, bottom: 8, ...INSIDE },
    xAxis: {
      type: 'value',
      name: unitName(chart.unit),
      ...style,
      axisLabel: { ...style.axisLabel, formatter: shortNumber },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: rows.map(({ name }) => name),
      ...style,
      splitLine: { show: false },
      axisLabel: { ...style.axisLabel, interval: 0, width: isNarrow ? 138 : 240, overflow: 'truncate' },
    },
    series: [
      ...rows.map(({ low, high }, at) => ({
        type: 'line',
        silent: true,
        symbol: 'rect',
        symbolSize: [3, 12],
        showSymbol: true,
        color,
        lineStyle: { color, width: 2, type: 'solid' },
        data: [
          [low, at],
          [high, at],
        ],
        ...(at === 0 ? { markLine: zeroLine(palette) } : {}),
      })),
      {
        type: 'line',
        silent: true,
        symbol: 'circle',
        symbolSize: 9,
        color,
        lineStyle: { opacity: 0 },
        data: rows.map(({ value }, at) => [value, at]),
      },
    ],
  };
}

function zeroLine({ ink }: Palette) {
  return {
    silent: true,
    symbol: 'none',
    label: { show: false },
    lineStyle: { color: ink, type: 'dashed' },
    data: [{ xAxis: 0 }],
  };
}
