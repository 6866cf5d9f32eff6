import type { Finding, MonitorReading, MonitorValue } from '../../domain/monitor.js';
import type { LogsMonitor } from '../../domain/spec/monitors/logs.js';
import type { LogCount, LogPoint, LogSpan, LogTemplate } from '../../ports/log-store.js';
import type { ServingArms } from './arms.js';
import { compareVersions, type Exposed, newSignatures } from './compare.js';
import { differenceFinding, newErrorFinding, unusualFinding } from './findings.js';
import { judgeRates, LEAST_HISTORY, type Rates } from './rates.js';
import { linesByVersion, type Signature, signaturesOf, type VersionLines } from './signatures.js';

const MOST_FINDINGS = 100;
const MOST_SIGNATURES = 100;

/** What was read of the store. */
export interface LogEvidence {
  readonly window: LogSpan;
  /** Ends where the window begins. */
  readonly history: LogSpan;
  readonly arms: ServingArms;
  readonly counts: readonly LogCount[];
  readonly before: readonly LogCount[];
  readonly templates: readonly LogTemplate[];
  /** By windows, from the history's beginning to the window's end. */
  readonly series: readonly LogPoint[];
}

export type LogJudgement = Pick<MonitorReading, 'verdict' | 'reason' | 'findings' | 'values' | 'details'>;

interface Gap {
  readonly gap: string;
}
interface Pair {
  readonly candidate: Exposed;
  readonly baseline: Exposed;
  readonly per: 'request' | 'line';
}

/** What a window of logs says of a service and of its versions. Pure. */
export function evaluateLogs(spec: LogsMonitor, evidence: LogEvidence): LogJudgement {
  const byVersion = linesByVersion(evidence.counts);
  const signatures = signaturesOf(evidence.counts, evidence.templates);
  const pair = pairOf(spec, evidence.arms, byVersion);
  const rates = judgeRates(
    evidence.series,
    { ...evidence.window, since: evidence.history.since },
    spec.window,
    spec.deviations,
  );
  const findings = [
    ...errorFindings(spec, evidence, signatures, pair, byVersion),
    ...rates.unusual.map(unusualFinding),
  ].toSorted((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'));
  return {
    ...verdictOf(findings, byVersion, pair, evidence.window),
    findings: findings.slice(0, MOST_FINDINGS),
    values: valuesOf(byVersion, signatures, pair, rates),
    details: {
      signatures: signatures.slice(0, 20).map(detailOf),
      exposure: pair !== null && 'per' in pair ? pair : null,
    },
  };
}

function errorFindings(
  spec: LogsMonitor,
  { before, templates, arms }: LogEvidence,
  signatures: readonly Signature[],
  pair: Pair | Gap | null,
  byVersion: ReadonlyMap<string, VersionLines>,
): Finding[] {
  const candidate = spec.candidate ?? arms.candidate;
  // What a candidate did in an earlier window does not make it known.
  const others = before.filter(({ version }) => version !== candidate || candidate === null);
  const known = sumOf(others) < spec.minExposure ? null : new Set(signaturesOf(others, templates).map(({ id }) => id));
  if (pair === null) {
    const lines = [...byVersion.values()].reduce((sum, one) => sum + one.lines, 0);
    const unknown = known === null ? [] : newSignatures(signatures, known, spec.minCount);
    return unknown.map((one) => newErrorFinding(one, lines, spec.environmentShare));
  }
  if ('gap' in pair) return [];
  return compareVersions(signatures, pair.candidate, pair.baseline, known, spec).map((difference) =>
    differenceFinding(difference, pair.candidate, pair.baseline, pair.per, spec.environmentShare),
  );
}

/** null: there is no candidate. */
function pairOf(spec: LogsMonitor, arms: ServingArms, byVersion: ReadonlyMap<string, VersionLines>): Pair | Gap | null {
  const [baseline, candidate] = [spec.baseline ?? arms.baseline, spec.candidate ?? arms.candidate];
  if (baseline === null || candidate === null || baseline === candidate) return null;
  const linesOf = (version: string) => byVersion.get(version)?.lines ?? 0;
  const silent = [baseline, candidate].find((version) => linesOf(version) === 0);
  if (silent !== undefined) return { gap: `no line of version ${silent}` };
  const requestsOf = (version: string) => arms.requests.get(version) ?? 0;
  const hasRequests = spec.exposure === 'requests' && requestsOf(baseline) > 0 && requestsOf(candidate) > 0;
  const [of, per] = hasRequests ? [requestsOf, 'request' as const] : [linesOf, 'line' as const];
  const few = [baseline, candidate].find((version) => of(version) < spec.minExposure);
  if (few !== undefined) return { gap: `version ${few} has ${of(few)} ${per}s; ${spec.minExposure} are needed` };
  return {
    candidate: { version: candidate, exposure: of(candidate) },
    baseline: { version: baseline, exposure: of(baseline) },
    per,
  };
}

function verdictOf(
  findings: readonly Finding[],
  byVersion: ReadonlyMap<string, VersionLines>,
  pair: Pair | Gap | null,
  { since, until }: LogSpan,
): Pick<LogJudgement, 'verdict' | 'reason'> {
  const [worst] = findings;
  if (worst?.severity === 'critical') return { verdict: 'fail', reason: worst.message };
  if (byVersion.size === 0) return { verdict: 'inconclusive', reason: `no line from ${since} to ${until}` };
  if (pair !== null && 'gap' in pair) return { verdict: 'inconclusive', reason: pair.gap };
  if (worst !== undefined) return { verdict: 'pass', reason: `a warning: ${worst.message}` };
  const compared =
    pair === null ? 'no candidate to compare' : `${pair.candidate.version} against ${pair.baseline.version}`;
  return { verdict: 'pass', reason: `nothing new and nothing unusual; ${compared}` };
}

function valuesOf(
  byVersion: ReadonlyMap<string, VersionLines>,
  signatures: readonly Signature[],
  pair: Pair | Gap | null,
  { history }: Rates,
): MonitorValue[] {
  const exposures = pair !== null && 'per' in pair ? [pair.candidate, pair.baseline] : [];
  const ofVersions = [...byVersion].slice(0, 50).flatMap(([name, { lines, errors }]) => {
    const version = name === '' ? null : name;
    const exposure = exposures.find((one) => one.version === name)?.exposure ?? lines;
    const value = (metric: string, number: number): MonitorValue => ({
      metric,
      subject: null,
      version,
      value: number,
      samples: exposure,
    });
    return [value('lines', lines), value('errors', errors), value('error_rate', errors / exposure)];
  });
  const ofSignatures = signatures.slice(0, MOST_SIGNATURES).flatMap((signature) =>
    [...signature.errors].slice(0, 10).map(([version, errors]) => ({
      metric: 'signature_errors',
      subject: signature.id,
      version: version === '' ? null : version,
      value: errors,
      samples: byVersion.get(version)?.lines ?? 0,
    })),
  );
  const windows: MonitorValue = {
    metric: 'history_windows',
    subject: null,
    version: null,
    value: history,
    samples: history,
    ...(history < LEAST_HISTORY ? { why: `fewer than ${LEAST_HISTORY}: rates were not judged` } : {}),
  };
  return [...ofVersions, windows, ...ofSignatures];
}

function detailOf({ errors, ...rest }: Signature): Record<string, unknown> {
  return {
    ...rest,
    text: rest.text.slice(0, 300),
    sample: rest.sample.slice(0, 300),
    errors: Object.fromEntries(errors),
  };
}

function sumOf(counts: readonly LogCount[]): number {
  return counts.reduce((sum, { lines }) => sum + lines, 0);
}
