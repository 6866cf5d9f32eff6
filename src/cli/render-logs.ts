import { cutText } from '../domain/cut-text.js';
import { LEAST_HISTORY } from '../monitors/logs/rates.js';
import type { LogReport, ReportedSignature } from '../monitors/logs/report.js';
import { renderTable } from './render-table.js';

const LONGEST_TEXT = 100;

/** A report as a person reads it: what is worst comes first. */
export function renderLogReport(report: LogReport): string {
  const { service, since, until, lines, versions } = report;
  if (lines === 0) return `no line of ${service} from ${since} to ${until}`;
  const head = `${service}: ${lines} lines from ${since} to ${until}`;
  const byVersion = versions.map(({ version, lines, errors }) => [
    named(version),
    String(lines),
    String(errors),
    `${((100 * errors) / lines).toFixed(2)} %`,
  ]);
  return [
    `${head}\n${renderTable(['VERSION', 'LINES', 'ERRORS', 'SHARE'], byVersion)}`,
    differences(report),
    section('errors by category', errorRows(report), ['CATEGORY', 'ERRORS', 'VERSIONS', 'ID', 'TEMPLATE']),
    section('seen for the first time', report.newSignatures.map(signatureRow), [
      'ERRORS',
      'VERSIONS',
      'ID',
      'TEMPLATE',
    ]),
    rates(report),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function differences({ differences, compared }: LogReport): string {
  if (compared === null) return '';
  const title = `candidate ${compared.candidate} against ${compared.baseline}`;
  if (differences.length === 0) return `${title}: no error that only the candidate has, or has more of`;
  const rows = differences.map(({ kind, signature, candidate, baseline }) => [
    kind,
    String(candidate),
    String(baseline),
    signature.id,
    cutText(signature.text, LONGEST_TEXT),
  ]);
  return section(title, rows, ['WHICH', 'CANDIDATE', 'BASELINE', 'ID', 'TEMPLATE']);
}

function errorRows({ categories }: LogReport): string[][] {
  return categories.flatMap(({ category, top }) => top.map((one) => [category, ...signatureRow(one)]));
}

function signatureRow({ total, errors, id, text }: ReportedSignature): string[] {
  const versions = Object.entries(errors).map(([version, count]) => `${named(version)}=${count}`);
  return [String(total), versions.join(' '), id, cutText(text, LONGEST_TEXT)];
}

function rates({ rates }: LogReport): string {
  if (rates.history < LEAST_HISTORY) return `rates: not judged, ${rates.history} stretches of time before the last one`;
  const said = rates.unusual.map(
    ({ what, direction, value, usual }) => `${direction} ${what} than usual: ${Math.round(value)}, usually ${usual}`,
  );
  return said.length === 0 ? 'rates: as usual' : `rates: ${said.join('; ')}`;
}

function section(title: string, rows: readonly (readonly string[])[], header: readonly string[]): string {
  return rows.length === 0 ? '' : `${title}\n${renderTable(header, rows)}`;
}

function named(version: string): string {
  return version === '' ? '(unknown)' : version;
}
