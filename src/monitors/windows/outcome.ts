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

/** Puts a run's reading together: a critical finding fails it, a gap makes it inconclusive. */
export function outcomeOf(
  { service, monitor, at }: Pick<MonitorRun, 'service' | 'monitor' | 'at'>,
  { kind, window, findings, gaps, values, summary, details, state }: Judged,
): MonitorOutcome {
  const worstFirst = findings.toSorted((a, b) => rank(a) - rank(b));
  const said = worstFirst.map(({ message }) => message);
  const isCritical = worstFirst[0]?.severity === 'critical';
  const [verdict, reason] = isCritical
    ? (['fail', listed(said)] as const)
    : gaps.length > 0
      ? (['inconclusive', `can't be measured: ${listed(gaps)}`] as const)
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
      values: values.slice(0, MOST_VALUES),
      ...(details === undefined ? {} : { details }),
    },
    state,
  };
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
