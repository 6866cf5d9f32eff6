import type { Validation } from '../../domain/spec/validation/index.js';
import type { CheckResult } from '../../domain/validation.js';
import type { DatasetColumns } from '../../ports/dataset.js';
import { judgeRow } from './judge-rows.js';
import { isRowCheck } from './row-checks.js';
import { RowChecksTally } from './row-tally.js';

export { isRowCheck, needsLabels, referenceOf } from './row-checks.js';
export type { RowChecksTally } from './row-tally.js';

/** An empty count of what the row checks of the plan need. */
export function createRowTally(plan: Validation, columns: DatasetColumns): RowChecksTally {
  return new RowChecksTally(plan, columns);
}

/** The results of all row checks of the plan, in its order. @param tally of the same plan, with all rows */
export function judgeRows(plan: Validation, tally: RowChecksTally): CheckResult[] {
  return plan.checks.filter(isRowCheck).map((check) => judgeRow(check, tally));
}
