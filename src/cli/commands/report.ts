import { writeFile } from 'node:fs/promises';
import { describeError, SluiceError } from '../../domain/errors.js';
import { REPORT_SCHEMA, type Report } from '../../domain/report.js';
import { renderPage } from '../../report/html/page.js';
import { withApi } from '../with-api.js';

export interface ReportOptions {
  readonly output?: string;
  readonly json?: string;
}

/** The record of a long rollout takes a while to read. */
const TIMEOUT_MS = 60_000;

/** The page is drawn here: the api gives the numbers. */
export async function report(rollout: string, { output, json }: ReportOptions): Promise<void> {
  if (output === undefined && json === undefined)
    throw new SluiceError('USAGE', 'say where it goes: -o report.html, --json report.json, or both');
  if (output === '-' && json === '-')
    throw new SluiceError('USAGE', 'only one of -o and --json can be standard output');
  const found = await fetchReport(rollout);
  if (output !== undefined) await write(output, renderPage(found));
  if (json !== undefined) await write(json, `${JSON.stringify(found, null, 2)}\n`);
}

/** @throws {SluiceError} NOT_FOUND; USAGE where the api speaks of another version of reports */
export async function fetchReport(rollout: string): Promise<Report> {
  const found = await withApi((api) => api.getReport(rollout), TIMEOUT_MS);
  const schema: string = found.schema;
  if (schema !== REPORT_SCHEMA)
    throw new SluiceError(
      'USAGE',
      `the api makes reports of schema ${schema}, and this program reads ${REPORT_SCHEMA}`,
    );
  return found;
}

/** Says on stderr what it wrote, so that standard output stays the report's. */
export async function write(file: string, content: string | Uint8Array): Promise<void> {
  if (file === '-') return void process.stdout.write(content);
  await writeFile(file, content).catch((error: unknown) => {
    throw new SluiceError('USAGE', `${file} can't be written: ${describeError(error)}`, { cause: error });
  });
  process.stderr.write(`${file}: ${Buffer.byteLength(content)} bytes\n`);
}
