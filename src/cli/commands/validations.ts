import { SluiceError } from '../../domain/errors.js';
import { VALIDATION_ID, type ValidationReport } from '../../domain/validation.js';
import type { ValidationSummary } from '../../ports/validation-results.js';
import { compareReports } from '../../validation/report/index.js';
import { askApi } from '../ask-api.js';
import { renderComparison, renderValidation, renderValidations } from '../render-validation.js';
import { wantedReports, writeReports } from './validate-reports.js';

export interface ListValidationsOptions {
  readonly candidate?: string;
  readonly limit: string;
  readonly output: string;
}

export async function list(service: string, { candidate, limit, output }: ListValidationsOptions): Promise<void> {
  const { validations } = await askApi<{ validations: ValidationSummary[] }>({
    method: 'GET',
    url: '/v1/validations',
    params: { service, limit, ...(candidate === undefined ? {} : { candidate }) },
  });
  print(validations, output, renderValidations(validations));
}

export async function show(
  id: string,
  { report: wanted, output }: { report: string[]; output: string },
): Promise<void> {
  const files = wantedReports(wanted);
  const report = await fetchReport(id);
  writeReports(report, files);
  print(report, output, renderValidation(report));
}

export async function diff(from: string, to: string, { output }: { output: string }): Promise<void> {
  const comparison = compareReports(await fetchReport(from), await fetchReport(to));
  print(comparison, output, renderComparison(comparison));
}

/** @throws {SluiceError} USAGE | NOT_FOUND */
async function fetchReport(id: string): Promise<ValidationReport> {
  if (!VALIDATION_ID.test(id)) throw new SluiceError('USAGE', `"${id}" is not the id of a validation`);
  return askApi<ValidationReport>({ method: 'GET', url: `/v1/validations/${encodeURIComponent(id)}` });
}

function print(value: unknown, output: string, text: string): void {
  process.stdout.write(`${output === 'json' ? JSON.stringify(value) : text}\n`);
}
