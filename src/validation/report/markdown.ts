import type { CheckResult, ValidatedVersion, ValidationReport } from '../../domain/validation.js';
import type { Verdict } from '../../domain/verdict.js';
import { markdownTable, plainText } from '../../markdown/text.js';
import { detailSections } from './details.js';
import { formatLimits, formatOf } from './format.js';
import { byUrgency, countVerdicts, VERDICT_MARKS } from './order.js';

/** The report for people: what fails first, then slices and what the checks have to show. */
export function renderMarkdown(report: ValidationReport): string {
  const { service, candidate, baseline, verdict } = report;
  const checks = byUrgency(report.checks);
  const sections = [
    `# Validation of ${service} ${plainText(candidate.version)} against ${plainText(baseline.version)}: ${verdict}`,
    countVerdicts(report),
    headerOf(report),
    '## Checks',
    checksOf(checks),
    ...slicesOf(checks),
    ...detailSections(checks),
  ];
  return `${sections.join('\n\n')}\n`;
}

function headerOf({ id, rolloutId, candidate, baseline, dataset, planDigest, pass, ...times }: ValidationReport) {
  const seconds = (Date.parse(times.endedAt) - Date.parse(times.startedAt)) / 1000;
  const resumed =
    pass.resumed === 0 ? '' : `, gone on with after ${pass.resumed} break${pass.resumed === 1 ? '' : 's'}`;
  const rows: [string, string][] = [
    ['candidate', describeVersion(candidate)],
    ['baseline', describeVersion(baseline)],
    ['data set', `${plainText(dataset.source)}, ${dataset.rows} rows, ${dataset.digest}`],
    ['checked', `${times.startedAt} to ${times.endedAt} (${seconds.toFixed(1)} s)`],
    ['requests', `${pass.requests}, ${Math.round(pass.rowsPerSecond)} rows/s${resumed}`],
    ['plan', planDigest],
    ['id', plainText(id)],
    ...(rolloutId === null ? [] : [['rollout', plainText(rolloutId)] satisfies [string, string]]),
  ];
  return markdownTable(['', ''], rows);
}

function describeVersion({ version, url, digest }: ValidatedVersion): string {
  return [plainText(version), plainText(url), ...(digest === null ? [] : [digest])].join(', ');
}

function checksOf(checks: readonly CheckResult[]): string {
  const rows = checks.map((check) => [
    marked(check.verdict) + (check.severity === 'warning' ? ' (warning)' : ''),
    plainText(check.name),
    formatOf(check.metric, check.candidate.value),
    formatOf(check.metric, check.baseline.value),
    plainText(formatLimits(check)),
    String(check.candidate.samples),
    plainText(withoutName(check)),
  ]);
  return markdownTable(['verdict', 'check', 'candidate', 'baseline', 'limit', 'samples', 'reason'], rows);
}

function marked(verdict: Verdict): string {
  return `${VERDICT_MARKS[verdict]} ${verdict}`;
}

/** The name stands in a column of its own. */
function withoutName({ name, reason }: CheckResult): string {
  return reason.startsWith(`${name}: `) ? reason.slice(name.length + 2) : reason;
}

function slicesOf(checks: readonly CheckResult[]): string[] {
  return checks.flatMap((check) => {
    const { name, metric, slices = [], slice: deciding } = check;
    if (slices.length === 0) return [];
    const rows = slices.map(({ slice, rows, candidate, baseline, verdict }) => [
      marked(verdict),
      slice === deciding ? `**${plainText(slice)}**` : plainText(slice),
      String(rows),
      formatOf(metric, candidate),
      formatOf(metric, baseline),
    ]);
    return [
      `## Slices of ${plainText(name)}`,
      markdownTable(['verdict', 'slice', 'rows', 'candidate', 'baseline'], rows),
    ];
  });
}
