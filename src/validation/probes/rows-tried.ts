import type { AnsweredRow } from '../answered-row.js';
import type { ProbeStage } from '../probe-stage.js';

const ROWS = 100;

/** The rows that a probe tries: the first of the sample, which is the same for every version. */
export function firstRows(
  { rows = ROWS }: { readonly rows?: number | undefined },
  stage: ProbeStage,
): readonly AnsweredRow[] {
  return stage.sample.slice(0, rows);
}
