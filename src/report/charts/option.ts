import type { EChartsCoreOption } from 'echarts/core';
import { barsOption } from './bars-option.js';
import type { Chart } from './chart.js';
import { intervalsOption } from './intervals-option.js';
import { linesOption } from './lines-option.js';
import type { Palette } from './palette.js';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** How echarts draws it. */
export function optionOf(chart: Chart, { width }: Size, palette: Palette): EChartsCoreOption {
  const isNarrow = width < 500;
  const frame = {
    animation: false,
    useUTC: true,
    textStyle: { color: palette.ink, fontFamily: 'sans-serif', fontSize: 12 },
    ...(palette.paper === null ? {} : { backgroundColor: palette.paper }),
  };
  switch (chart.kind) {
    case 'lines':
      return { ...frame, ...linesOption(chart, isNarrow, palette) };
    case 'bars':
      return { ...frame, ...barsOption(chart, isNarrow, palette) };
    case 'intervals':
      return { ...frame, ...intervalsOption(chart, isNarrow, palette) };
  }
}
