import { DEFAULT_ROWS } from '../../domain/spec/validation/check-fields.js';
import type { AnsweredRow } from '../answered-row.js';
import type { ProbeStage } from '../probe-stage.js';

/** The rows that a probe tries: the first of the sample, which is the same for every version. */
export function firstRows(
  { rows = DEFAULT_ROWS }: { readonly rows?: number | undefined },
  stage: ProbeStage,
): readonly AnsweredRow[] {
  return stage.sample.slice(0, rows);
}
