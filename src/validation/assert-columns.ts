import { listed } from '../datasets/dataset-fault.js';
import { SluiceError } from '../domain/errors.js';
import type { Validation, ValidationCheck } from '../domain/spec/validation/index.js';
import { checkName } from '../domain/validation.js';
import type { Dataset, DatasetColumns } from '../ports/dataset.js';
import { needsLabels, referenceOf } from './rows/index.js';

const MOST_LISTED = 20;
const BESIDE = 'column beside features and label called';

/** Before anything is asked. @throws {SluiceError} DATASET_INVALID naming the column, the check that wants it, and the columns there are */
export function assertColumns(plan: Validation, { name, columns }: Pick<Dataset, 'name' | 'columns'>): void {
  const { features, fields, label } = columns;
  const refuse = (why: string) => new SluiceError('DATASET_INVALID', `${name}: ${why}`);
  const assertOneOf = (there: readonly string[], kind: string, column: string, who: string) => {
    if (!there.includes(column))
      throw refuse(`no ${kind} ${column}, which ${who} names; there are: ${listed(there, MOST_LISTED) || 'none'}`);
  };
  if (plan.prompt !== undefined) assertOneOf(fields, BESIDE, plan.prompt, 'prompt');
  for (const check of plan.checks) {
    const who = `check "${checkName(check)}"`;
    for (const column of columnsOf(check)) assertOneOf(all(columns), 'column', column, who);
    for (const column of referenceOf(check)) assertOneOf(fields, BESIDE, column, who);
    for (const feature of changedBy(check)) assertOneOf(features, 'feature', feature, who);
    if (needsLabels(check) && label === null)
      throw refuse(`${who} needs labels, and the data set has no column of them`);
  }
}

function all({ features, label, fields }: DatasetColumns): string[] {
  return [...features, ...fields, ...(label === null ? [] : [label])];
}

function columnsOf(check: ValidationCheck): string[] {
  return 'by' in check && check.by !== undefined ? [check.by] : [];
}

function changedBy(check: ValidationCheck): string[] {
  return check.metric === 'invariance' || check.metric === 'directional' ? Object.keys(check.change) : [];
}
