import { renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describeError, SluiceError } from '../../domain/errors.js';
import type { ValidationReport } from '../../domain/validation.js';
import { REPORT_FORMATS, type ReportFormat, renderReport } from '../../validation/report/index.js';

/** A report that was asked for. */
export interface WantedReport {
  readonly format: ReportFormat;
  readonly file: string;
}

/**
 * Reads `junit=report.xml`.
 * @throws {SluiceError} USAGE naming the option, also where the folder is not there: before a suite runs, not after it
 */
export function wantedReports(options: readonly string[]): WantedReport[] {
  return options.map((option) => {
    const [, name, file] = /^([^=]*)=(.+)$/s.exec(option) ?? [];
    const format = REPORT_FORMATS.find((known) => known === name);
    if (format === undefined || file === undefined)
      throw new SluiceError('USAGE', `--report "${option}": expected ${REPORT_FORMATS.join(', ')} and =FILE`);
    if (!statSync(dirname(file), { throwIfNoEntry: false })?.isDirectory())
      throw new SluiceError('USAGE', `--report "${option}": ${dirname(file)} is not a folder`);
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory())
      throw new SluiceError('USAGE', `--report "${option}": ${file} is a folder`);
    return { format, file };
  });
}

/** @throws {SluiceError} USAGE where a file can't be written */
export function writeReports(report: ValidationReport, wanted: readonly WantedReport[]): void {
  for (const { format, file } of wanted)
    try {
      writeWhole(file, renderReport(report, format));
    } catch (error) {
      throw new SluiceError('USAGE', `--report ${format}=${file}: ${describeError(error)}`, { cause: error });
    }
}

/** All of a file or nothing of it. In one go, so that no signal comes between: Ctrl-C leaves no temporary file behind. */
export function writeWhole(file: string, content: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, content);
  renameSync(temporary, file);
}
