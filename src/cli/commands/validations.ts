import { SluiceError } from '../../domain/errors.js';
import { VALIDATION_ID, type ValidationReport } from '../../domain/validation.js';
import { compareReports } from '../../validation/report/index.js';
import { printEither } from '../output/print.js';
import { renderComparison, renderValidation, renderValidations } from '../render-validation.js';
import { withApi } from '../with-api.js';
import { wantedReports, writeReports } from './validate-reports.js';

export interface ListValidationsOptions {
  readonly candidate?: string;
  readonly limit: number;
  readonly output: string;
}

export async function list(service: string, { candidate, limit, output }: ListValidationsOptions): Promise<void> {
  const { validations } = await withApi((api) => api.listValidations({ service, candidate, limit }));
  printEither(validations, output, renderValidations(validations));
}

export async function show(
  id: string,
  { report: wanted, output }: { report: string[]; output: string },
): Promise<void> {
  const files = wantedReports(wanted);
  const report = await fetchReport(id);
  writeReports(report, files);
  printEither(report, output, renderValidation(report));
}

export async function diff(from: string, to: string, { output }: { output: string }): Promise<void> {
  const comparison = compareReports(await fetchReport(from), await fetchReport(to));
  printEither(comparison, output, renderComparison(comparison));
}

/** @throws {SluiceError} USAGE | NOT_FOUND */
async function fetchReport(id: string): Promise<ValidationReport> {
  if (!VALIDATION_ID.test(id)) throw new SluiceError('USAGE', `"${id}" is not the id of a validation`);
  return withApi((api) => api.getValidation(id));
}
