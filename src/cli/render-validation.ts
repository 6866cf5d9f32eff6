import type { CheckResult, ValidationReport } from '../domain/validation.js';
import type { ValidationSummary } from '../ports/validation-results.js';
import {
  byUrgency,
  type ComparedCheck,
  countVerdicts,
  formatLimits,
  formatOf,
  type ReportComparison,
  VERDICT_MARKS,
} from '../validation/report/index.js';
import { printable } from './output/plain-text.js';
import { renderTable } from './render-table.js';

/** A report for a terminal: all checks in a table, and the reasons of those that did not pass. */
export function renderValidation(report: ValidationReport): string {
  const { service, candidate, baseline, verdict, dataset } = report;
  const checks = byUrgency(report.checks);
  const rows = checks.map((check) => [
    markOf(check),
    check.name,
    formatOf(check.metric, check.candidate.value),
    formatOf(check.metric, check.baseline.value),
    formatLimits(check),
  ]);
  const reasons = checks.filter((check) => check.verdict !== 'pass').map((check) => `${markOf(check)} ${check.reason}`);
  const blocks = [
    renderTable(['', 'CHECK', 'CANDIDATE', 'BASELINE', 'LIMIT'], rows),
    ...(reasons.length === 0 ? [] : [reasons.map(printable).join('\n')]),
    [
      `${service}  ${candidate.version} against ${baseline.version}  ${verdict}`,
      `  ${countVerdicts(report)}`,
      `  ${printable(dataset.source)}, ${dataset.rows} rows, ${dataset.digest}`,
    ].join('\n'),
  ];
  return blocks.join('\n\n');
}

export function renderValidations(validations: readonly ValidationSummary[]): string {
  const rows = validations.map((one) => [
    VERDICT_MARKS[one.verdict],
    one.id,
    `${one.baseline} → ${one.candidate}`,
    one.endedAt,
    shortDigest(one.datasetDigest),
    shortDigest(one.planDigest),
    one.rolloutId ?? '',
  ]);
  return renderTable(['', 'ID', 'VERSIONS', 'ENDED', 'DATA', 'PLAN', 'ROLLOUT'], rows);
}

/** Two reports side by side, first why their numbers may not be comparable. */
export function renderComparison({ from, to, notComparable, checks }: ReportComparison): string {
  const rows = checks.map((check) => [
    check.name,
    sideOf(check, check.from),
    sideOf(check, check.to),
    formatDifference(check),
    check.direction ?? '',
    changeOf(check),
  ]);
  return [
    ...notComparable.map((why) => `not comparable: ${why}`),
    renderTable(['CHECK', from.candidate, to.candidate, 'DIFFERENCE', '', 'VERDICT'], rows),
    `${from.id}: ${from.verdict}, ${from.endedAt}`,
    `${to.id}: ${to.verdict}, ${to.endedAt}`,
  ].join('\n');
}

function markOf({ verdict, severity }: CheckResult): string {
  return VERDICT_MARKS[verdict] + (severity === 'warning' ? ' (warning)' : '');
}

function sideOf({ metric }: ComparedCheck, side: ComparedCheck['to']): string {
  return side === null ? 'not there' : formatOf(metric, side.value);
}

function formatDifference({ metric, difference }: ComparedCheck): string {
  if (difference === null) return '';
  return (difference > 0 ? '+' : '') + formatOf(metric, difference);
}

function changeOf({ from, to }: ComparedCheck): string {
  if (from === null || to === null) return to?.verdict ?? from?.verdict ?? '';
  return from.verdict === to.verdict ? to.verdict : `${from.verdict} → ${to.verdict}`;
}

function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12);
}
