/**
 * How a number reads, in a sentence as in a table: shares as percent, latencies in milliseconds. Whoever shows a recorded number formats it here, from that
 * number and nothing else; all its digits are in the JSON, and on pages where one points at it.
 */

/** Of a number: 0..1, milliseconds, a count; null: the metric's own. */
export type Unit = 'share' | 'ms' | 'count' | null;

export function formatShare(share: number | null): string {
  if (share === null) return 'unknown';
  const percent = 100 * share;
  // What is not 0 must not read as 0.
  const isTiny = percent !== 0 && Math.abs(percent) < 0.01;
  return `${isTiny ? String(Number(percent.toPrecision(2))) : percent.toFixed(2)} %`;
}

export function formatMs(ms: number | null): string {
  return ms === null ? 'unknown' : `${ms.toFixed(Math.abs(ms) < 10 ? 2 : 1)} ms`;
}

/** With the digits that matter: 1234.5, 0.001234. */
export function formatNumber(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** 12,345. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${formatNumber(bytes)} B`;
  return bytes < 2 ** 20 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

/** A p-value, where a third digit tells nothing. */
export function formatP(p: number | null): string {
  return p === null ? '–' : String(Number(p.toPrecision(2)));
}

/** In a table's cell: with its unit, and a dash where there is no number. */
export function formatQuantity(value: number | null | undefined, unit: Unit | 'bytes' | undefined): string {
  if (value === null || value === undefined) return '–';
  switch (unit) {
    case 'share':
      return formatShare(value);
    case 'ms':
      return formatMs(value);
    case 'count':
      return formatCount(value);
    case 'bytes':
      return formatBytes(value);
    case null:
    case undefined:
      return formatNumber(value);
  }
}
