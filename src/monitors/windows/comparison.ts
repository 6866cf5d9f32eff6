import type { Finding } from '../../domain/monitor.js';
import { adjustPValues } from '../../stats/comparison/multiple-testing.js';

/** One of the things that a run compares: a test of chance, and whether the difference matters at all. */
export interface Comparison {
  readonly finding: Finding;
  /** Chance of such a difference where nothing has changed, in 0..1; of this comparison alone. */
  readonly p: number;
  /** Whether a difference of this size matters. */
  readonly matters: boolean;
}

/**
 * Those that matter and that chance does not explain. Holm's correction holds whatever the comparisons have to do with each other, and
 * features of one request do: with nothing changed, the chance of any finding is at most alpha.
 */
export function findingsOf(comparisons: readonly Comparison[], alpha: number): Finding[] {
  return changed(comparisons, alpha).map(({ finding }) => finding);
}

export function changed<C extends Comparison>(comparisons: readonly C[], alpha: number): C[] {
  const adjusted = adjustPValues(
    comparisons.map(({ p }) => p),
    'holm',
  );
  return comparisons.filter(({ matters }, at) => matters && (adjusted[at] ?? 1) <= alpha);
}
