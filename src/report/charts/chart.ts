import type { Unit } from '../../domain/quantity.js';

/** What a chart shows, apart from how it is drawn: the same makes the picture, its words and the table beneath it. */
export type Chart = LineChart | BarChart | IntervalChart;

interface Frame {
  readonly title: string;
  /** One or two sentences for whoever can't see it. */
  readonly description: string;
  readonly unit: Unit;
}

/** Lines over time, over a number, or over milliseconds on a logarithmic axis. */
export interface LineChart extends Frame {
  readonly kind: 'lines';
  readonly x: 'time' | 'number' | 'log-ms';
  readonly xName: string;
  readonly lines: readonly Line[];
  /** Moments that are marked, ISO. */
  readonly marks?: readonly { readonly at: string; readonly name: string }[];
}

export interface Line {
  readonly name: string;
  /** Each line of a chart has another: colour, dashes and symbol follow from it. */
  readonly style: LineStyle;
  /** A value holds until the next. */
  readonly isStep?: boolean;
  readonly points: readonly LinePoint[];
}

export type LineStyle = 'first' | 'second' | 'third' | 'fourth' | 'limit';

interface LinePoint {
  /** ISO over time, else the number. */
  readonly x: string | number;
  /** null: a gap. */
  readonly y: number | null;
  /** An interval around it, drawn as a band. */
  readonly low?: number | null;
  readonly high?: number | null;
}

/** Bars by name, one or two beside each other. */
export interface BarChart extends Frame {
  readonly kind: 'bars';
  readonly isHorizontal: boolean;
  readonly names: readonly string[];
  readonly sets: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
  /** Names of bars that stand out. */
  readonly marked?: readonly string[];
}

/** Estimates with their intervals, one below the other, about 0. */
export interface IntervalChart extends Frame {
  readonly kind: 'intervals';
  readonly rows: readonly {
    readonly name: string;
    readonly low: number;
    readonly value: number;
    readonly high: number;
  }[];
}
