import type { LineStyle } from '../charts/chart.js';

const STYLES = ['first', 'second', 'third', 'fourth'] as const;

/** The fifth line looks as the first: nobody should draw that many. */
export function styleAt(at: number): LineStyle {
  return STYLES[at % STYLES.length] ?? 'first';
}
