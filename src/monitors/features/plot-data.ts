import { cutText } from '../../domain/cut-text.js';
import type { MonitorReading } from '../../domain/monitor.js';
import { categoryShares } from '../../stats/drift/shares.js';
import type { FeatureColumn } from './columns.js';

/** What a small plot of one feature shows; plain JSON, kept with the reading. */
export interface FeaturePlot {
  readonly feature: string;
  readonly drifted: boolean;
  /** Between the edges, one more than there are bars; or by category. */
  readonly edges: readonly number[] | null;
  readonly categories: readonly string[] | null;
  /** Shares, 0..1. */
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

/** The plots that a reading has kept; a reading is JSON, and may be of another kind or of another version of this program. */
export function plotsOf({ details }: Pick<MonitorReading, 'details'>): FeaturePlot[] {
  const kept = details?.['plots'];
  return Array.isArray(kept) ? kept.filter(isPlot) : [];
}

function isPlot(value: unknown): value is FeaturePlot {
  const { feature, drifted, edges, categories, reference, current } = (value ?? {}) as Record<string, unknown>;
  const bars = Array.isArray(reference) ? reference.length : 0;
  const areNumbers = (list: unknown, length: number) =>
    Array.isArray(list) && list.length === length && list.every(Number.isFinite);
  const areNames = (list: unknown) =>
    Array.isArray(list) && list.length === bars && list.every((name) => typeof name === 'string');
  return (
    typeof feature === 'string' &&
    typeof drifted === 'boolean' &&
    bars > 0 &&
    [reference, current].every((shares) => areNumbers(shares, bars)) &&
    (edges === null ? areNames(categories) : areNumbers(edges, bars + 1))
  );
}

const MOST_BARS = 12;
const LONGEST_NAME = 24;

type Values = Pick<FeatureColumn, 'name' | 'type' | 'reference' | 'current'>;

/** @returns null where a side has no value */
export function plotOf(column: Values, drifted: boolean): FeaturePlot | null {
  if (column.reference.length === 0 || column.current.length === 0) return null;
  const about = { feature: column.name, drifted };
  if (column.type === 'categorical') return { ...about, edges: null, ...byCategory(column) };
  return { ...about, ...byNumber(column.reference as number[], column.current as number[]) };
}

const MOST_VALUES = 20;
const BINS = 20;

/** Few distinct numbers one by one, else bins of equal width over both windows. */
function byNumber(reference: readonly number[], current: readonly number[]) {
  const numbers = [...new Set([...reference, ...current])].sort((a, b) => a - b);
  if (numbers.length <= MOST_VALUES) {
    const shareOf = (values: readonly number[]) =>
      numbers.map((one) => values.filter((value) => value === one).length / values.length);
    return { edges: null, categories: numbers.map(String), reference: shareOf(reference), current: shareOf(current) };
  }
  const [low, high] = [numbers[0] as number, numbers.at(-1) as number];
  // From both ends: the difference of the largest numbers is infinite.
  const edges = Array.from({ length: BINS + 1 }, (_, at) => low * (1 - at / BINS) + high * (at / BINS));
  const shares = (values: readonly number[]) => {
    const counts = Array.from({ length: BINS }, () => 0);
    for (const value of values) {
      const bin = Math.min(
        BINS - 1,
        edges.findLastIndex((edge) => edge <= value),
      );
      counts[bin] = (counts[bin] as number) + 1;
    }
    return counts.map((count) => count / values.length);
  };
  return { edges, categories: null, reference: shares(reference), current: shares(current) };
}

function byCategory({ reference, current }: Values) {
  const names = [...new Set([...reference, ...current] as string[])];
  const shares = categoryShares(reference as string[], current as string[]);
  const bars = names
    .map((name, at) => ({ name, reference: shares.reference[at] ?? 0, current: shares.current[at] ?? 0 }))
    .sort((a, b) => b.reference + b.current - a.reference - a.current);
  const shown = bars.length <= MOST_BARS ? bars : bars.slice(0, MOST_BARS - 1);
  const rest = bars.slice(shown.length);
  const sum = (side: 'reference' | 'current') => rest.reduce((total, bar) => total + bar[side], 0);
  const all =
    rest.length === 0
      ? shown
      : [...shown, { name: `${rest.length} others`, reference: sum('reference'), current: sum('current') }];
  return {
    categories: all.map(({ name }) => cutText(name, LONGEST_NAME)),
    reference: all.map((bar) => bar.reference),
    current: all.map((bar) => bar.current),
  };
}
