import type { Chart } from './chart.js';
import type { Palette } from './palette.js';

/** What charts of every kind have in common. */

/** Labels of axes stay within the grid's margins. */
export const INSIDE = { outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' };

type Scale = (value: number | null) => number | null;
/** Shares are drawn as percent. */
export const scaleOf =
  ({ unit }: Chart): Scale =>
  (value) =>
    value === null ? null : unit === 'share' ? value * 100 : value;

export function axisStyle({ ink, grid, faint }: Palette) {
  return {
    axisLabel: { color: ink, hideOverlap: true },
    axisLine: { lineStyle: { color: faint } },
    axisTick: { lineStyle: { color: faint } },
    splitLine: { show: true, lineStyle: { color: grid } },
    nameTextStyle: { color: ink },
  };
}

export function legend(names: readonly string[], { ink }: Palette, isNarrow: boolean) {
  const data = names.map((name) => ({ name }));
  return {
    data,
    top: 0,
    left: 0,
    itemWidth: 28,
    textStyle: { color: ink, width: isNarrow ? 138 : 240, overflow: 'truncate' },
  };
}

/** Rows that a legend takes, so that the chart begins below it. */
export function topOf(names: readonly string[], isNarrow: boolean): number {
  const perRow = isNarrow ? 2 : 4;
  return 28 + Math.ceil(names.length / perRow) * 22;
}

export function shortNumber(value: number): string {
  if (value !== 0 && Math.abs(value) < 0.001) return value.toExponential(0);
  if (Math.abs(value) >= 1e6) return `${Number((value / 1e6).toPrecision(4))} M`;
  return String(Number(value.toPrecision(4)));
}
