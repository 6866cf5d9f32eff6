import { cutText } from '../src/domain/cut-text.js';

/** What one activity does with many, as one line of the Web UI, within Temporal's `limit.userMetadataSummarySize` of 400 bytes. */
export function summaryOf(names: readonly string[]): string {
  return cutText(names.join(', '));
}
