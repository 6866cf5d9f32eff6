import type {
  Finding,
  MonitorKind,
  MonitorOutcome,
  MonitorReading,
  MonitorRun,
  MonitorValue,
} from '../../domain/monitor.js';

const MOST_FINDINGS = 100;
const MOST_VALUES = 2000;
const MOST_IN_REASON = 5;

export interface Judged {
  readonly kind: MonitorKind;
  readonly window: MonitorReading['window'];
  readonly findings: readonly Finding[];
  /** What is needed and could not be measured. */
  readonly gaps: readonly string[];
  readonly values: readonly MonitorValue[];
  /** What is said where there is nothing else to say. */
  readonly summary: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly state: unknown;
}

/**
 * Puts a run's reading together: a critical finding fails it, a gap makes it inconclusive. A number that is not finite is none, and a gap: no store keeps it,
 * and no comparison with it says anything.
 */
export function outcomeOf(
  { service, monitor, at }: Pick<MonitorRun, 'service' | 'monitor' | 'at'>,
  { kind, window, findings, gaps, values, summary, details, state }: Judged,
): MonitorOutcome {
  const worstFirst = findings.toSorted((a, b) => rank(a) - rank(b)).map(keepable);
  const missing = [...gaps, ...values.filter(isOverflow).map(overflowWords)];
  const said = worstFirst.map(({ message }) => message);
  const isCritical = worstFirst[0]?.severity === 'critical';
  const [verdict, reason] = isCritical
    ? (['fail', listed(said)] as const)
    : missing.length > 0
      ? (['inconclusive', `can't be measured: ${listed(missing)}`] as const)
      : (['pass', said.length > 0 ? listed(said) : summary] as const);
  return {
    reading: {
      service,
      monitor,
      kind,
      at,
      window,
      verdict,
      reason,
      findings: worstFirst.slice(0, MOST_FINDINGS),
      values: values
        .slice(0, MOST_VALUES)
        .map((one) => (isOverflow(one) ? { ...one, value: null, why: OVERFLOW } : one)),
      ...(details === undefined ? {} : { details: asJson(details) }),
    },
    state,
  };
}

const OVERFLOW = 'no finite number came of it';

function isOverflow({ value }: MonitorValue): boolean {
  return value !== null && !Number.isFinite(value);
}

function overflowWords({ metric, subject, version }: MonitorValue): string {
  return `${[metric, subject, version].filter((part) => part !== null).join(' of ')} (${OVERFLOW})`;
}

function keepable(finding: Finding): Finding {
  const finite = (value: number | null) => (Number.isFinite(value) ? value : null);
  return { ...finding, value: finite(finding.value), limit: finite(finding.limit) };
}

/** Which has null for a number that is not finite. */
function asJson(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return JSON.parse(JSON.stringify(details)) as Readonly<Record<string, unknown>>;
}

/** There is nothing to look at. */
export function unmeasurable(
  run: MonitorRun,
  kind: MonitorKind,
  why: string,
  state: unknown = run.state,
): MonitorOutcome {
  return outcomeOf(run, { kind, window: null, findings: [], gaps: [why], values: [], summary: '', state });
}

const rank = ({ severity }: Finding) => (severity === 'critical' ? 0 : 1);

function listed(parts: readonly string[]): string {
  const more = parts.length > MOST_IN_REASON ? `; and ${parts.length - MOST_IN_REASON} more` : '';
  return `${parts.slice(0, MOST_IN_REASON).join('; ')}${more}`;
}
