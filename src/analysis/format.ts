/** How numbers read in reasons and reports: shares as percent, latencies in milliseconds, unknown ones as a word. */
export function formatShare(share: number | null): string {
  return share === null ? 'unknown' : `${(100 * share).toFixed(2)} %`;
}

export function formatMs(ms: number | null): string {
  return ms === null ? 'unknown' : `${ms.toFixed(ms < 10 ? 2 : 1)} ms`;
}
