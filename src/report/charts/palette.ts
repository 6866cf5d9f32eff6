import type { LineStyle } from './chart.js';

/** Colours of a chart. Those of Okabe and Ito, which the colour-blind can tell apart; dashes and symbols say the same without any. */
export interface Palette {
  readonly ink: string;
  readonly faint: string;
  readonly grid: string;
  /** null: whatever is behind it. */
  readonly paper: string | null;
  readonly lines: Readonly<Record<LineStyle, string>>;
}

/** Of a file of its own. */
export const PAPER: Palette = {
  ink: '#1f2328',
  faint: '#57606a',
  grid: '#d0d7de',
  paper: '#ffffff',
  lines: { first: '#0072b2', second: '#d55e00', third: '#009e73', fourth: '#7b4ea3', limit: '#57606a' },
};

/** Of a page, whose style sheet has the colours, by day and by night. */
export const PAGE: Palette = {
  ink: 'var(--ink)',
  faint: 'var(--faint)',
  grid: 'var(--grid)',
  paper: null,
  lines: {
    first: 'var(--first)',
    second: 'var(--second)',
    third: 'var(--third)',
    fourth: 'var(--fourth)',
    limit: 'var(--faint)',
  },
};

export const DASHES: Readonly<Record<LineStyle, 'solid' | number[]>> = {
  first: 'solid',
  second: [7, 4],
  third: [2, 3],
  fourth: [9, 3, 2, 3],
  limit: [4, 4],
};

export const SYMBOLS: Readonly<Record<LineStyle, string>> = {
  first: 'circle',
  second: 'triangle',
  third: 'rect',
  fourth: 'diamond',
  limit: 'none',
};
