import type { EChartsCoreOption } from 'echarts/core';
import { unitName } from '../format.js';
import { plain } from '../plain.js';
import type { BarChart } from './chart.js';
import { axisStyle, INSIDE, legend, scaleOf, shortNumber, topOf } from './frame.js';
import type { Palette } from './palette.js';

export function barsOption(chart: BarChart, isNarrow: boolean, palette: Palette): EChartsCoreOption {
  const scale = scaleOf(chart);
  const style = axisStyle(palette);
  const names = chart.names.map((name) => plain(name));
  const room = chart.isHorizontal ? (isNarrow ? 110 : 220) : 60;
  const category = {
    type: 'category',
    data: names,
    inverse: chart.isHorizontal,
    ...style,
    splitLine: { show: false },
    axisLabel: {
      ...style.axisLabel,
      width: room,
      overflow: 'truncate',
      ...(chart.isHorizontal ? { interval: 0 } : {}),
    },
  };
  const value = {
    type: 'value',
    min: 0,
    name: unitName(chart.unit),
    splitNumber: 4,
    ...style,
    axisLabel: { ...style.axisLabel, formatter: shortNumber },
  };
  const sets = chart.sets.map(({ name }) => plain(name));
  const marked = new Set(chart.marked ?? []);
  return {
    ...(sets.length > 1 ? { legend: legend(sets, palette, isNarrow) } : {}),
    grid: { left: 8, right: 20, top: sets.length > 1 ? topOf(sets, isNarrow) : 24, bottom: 8, ...INSIDE },
    xAxis: chart.isHorizontal ? value : category,
    yAxis: chart.isHorizontal ? category : value,
    series: chart.sets.map(({ values }, at) => ({
      type: 'bar',
      name: sets[at],
      silent: true,
      barGap: '5%',
      barCategoryGap: '20%',
      data: values.map((one, bar) => ({
        value: scale(one),
        itemStyle: barStyle(at, marked.has(chart.names[bar] ?? ''), palette),
      })),
      itemStyle: barStyle(at, false, palette),
    })),
  };
}

/** The first set is filled, the second an outline; what stands out has a thick border. */
function barStyle(set: number, isMarked: boolean, { lines, ink }: Palette) {
  if (set === 0)
    return { color: isMarked ? lines.second : lines.first, borderColor: ink, borderWidth: isMarked ? 2 : 0 };
  return { color: 'none', borderColor: lines.second, borderWidth: 2 };
}
