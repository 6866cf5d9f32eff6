import type { CheckResult, ValidationReport } from '../../domain/validation.js';

/**
 * The report as JUnit XML: a suite, and a case a check. A critical check that fails is a failure, one that could not be measured an error; a
 * warning is skipped where it could not be measured, and told in its output where it fails, so that no warning turns a build red.
 */
export function renderJunit(report: ValidationReport): string {
  const { service, candidate, baseline, startedAt, endedAt, checks } = report;
  const cases = checks.map((check) => caseOf(check, `${service}.validation`));
  const seconds = ((Date.parse(endedAt) - Date.parse(startedAt)) / 1000).toFixed(3);
  const counts = {
    tests: checks.length,
    failures: checks.filter((check) => outcomeOf(check) === 'failure').length,
    errors: checks.filter((check) => outcomeOf(check) === 'error').length,
    skipped: checks.filter((check) => outcomeOf(check) === 'skipped').length,
  };
  const suite = {
    name: `${service}: ${candidate.version} against ${baseline.version}`,
    ...counts,
    time: seconds,
    timestamp: startedAt.replace(/(\.\d+)?Z$/, ''),
  };
  const body = element('testsuite', suite, [propertiesOf(report), ...cases]);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', { ...counts, time: seconds }, [body])}\n`;
}

type Outcome = 'passed' | 'warned' | 'failure' | 'error' | 'skipped';

function outcomeOf({ verdict, severity }: CheckResult): Outcome {
  switch (verdict) {
    case 'pass':
      return 'passed';
    case 'fail':
      return severity === 'critical' ? 'failure' : 'warned';
    case 'inconclusive':
      return severity === 'critical' ? 'error' : 'skipped';
  }
}

function caseOf(check: CheckResult, classname: string): string {
  return element('testcase', { classname, name: check.name, time: '0' }, [saidOf(check)]);
}

function saidOf(check: CheckResult): string {
  const { reason, metric } = check;
  switch (outcomeOf(check)) {
    case 'passed':
      return element('system-out', {}, [text(reason)]);
    case 'warned':
      return element('system-out', {}, [text(`warning: ${reason}`)]);
    case 'failure':
      return element('failure', { message: reason, type: metric }, [text([reason, ...slicesOf(check)].join('\n'))]);
    case 'error':
      return element('error', { message: reason, type: 'inconclusive' }, [text(reason)]);
    case 'skipped':
      return element('skipped', { message: reason }, []);
  }
}

function slicesOf({ slices = [] }: CheckResult): string[] {
  return slices
    .filter(({ verdict }) => verdict === 'fail')
    .map(({ slice, rows, candidate }) => `${slice}: ${candidate ?? 'unknown'} on ${rows} rows`);
}

function propertiesOf({ id, candidate, baseline, dataset, planDigest, rolloutId, verdict }: ValidationReport): string {
  const properties = {
    id,
    verdict,
    candidate: candidate.version,
    'candidate.digest': candidate.digest,
    baseline: baseline.version,
    'baseline.digest': baseline.digest,
    dataset: dataset.source,
    'dataset.digest': dataset.digest,
    'dataset.rows': dataset.rows,
    plan: planDigest,
    rollout: rolloutId,
  };
  const told = Object.entries(properties).flatMap(([name, value]) =>
    value === null ? [] : [element('property', { name, value }, [])],
  );
  return element('properties', {}, told);
}

function element(name: string, attributes: Readonly<Record<string, string | number>>, children: string[]): string {
  const given = Object.entries(attributes).map(([key, value]) => ` ${key}="${attribute(String(value))}"`);
  const open = `<${name}${given.join('')}`;
  const [first] = children;
  if (first === undefined) return `${open}/>`;
  // Text as it is; elements on lines of their own.
  const inner = first.startsWith('<') ? `\n${children.join('\n')}\n` : children.join('');
  return `${open}>${inner}</${name}>`;
}

/** What XML 1.0 has no word for, not even as a reference: most control characters, halves of surrogate pairs, U+FFFE and U+FFFF. */
const NOT_XML = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** With every `>` escaped, `]]>` can't occur. */
function text(value: string): string {
  return value
    .replace(NOT_XML, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}

/** Line breaks and tabs as references: as they are, a parser reads blanks. */
function attribute(value: string): string {
  return text(value).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');
}
