/** How numbers read in reasons and reports: shares as percent, latencies in milliseconds, unknown ones as a word. */
export function formatShare(share: number | null): string {
  return share === null ? 'unknown' : `${(100 * share).toFixed(2)} %`;
}

export function formatMs(ms: number | null): string {
  return ms === null ? 'unknown' : `${ms.toFixed(ms < 10 ? 2 : 1)} ms`;
}

/** With the digits that matter: 1234.5, 0.001234. */
export function formatNumber(value: number): string {
  return String(Number(value.toPrecision(6)));
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${formatNumber(bytes)} B`;
  return bytes < 2 ** 20 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
