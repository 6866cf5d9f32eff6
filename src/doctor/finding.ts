/** `error`: users are or may soon be served wrong; `warning`: a person should look; `info`: worth knowing. */
export type Severity = 'error' | 'warning' | 'info';

export const FINDING_CODES = [
  'gateway-unreachable',
  'gateway-unlisted',
  'store-unreachable',
  'temporal-unreachable',
  'no-worker',
  'orphan',
  'gateways-disagree',
  'service-unknown',
  'store-ahead',
  'store-behind',
  'store-differs',
  'weight-differs',
  'brake-tripped',
  'lease-over',
  'lease-nearly-over',
  'workflow-silent',
  'activity-fails',
  'waits-long',
  'view-behind',
  'clocks-differ',
] as const;
type FindingCode = (typeof FINDING_CODES)[number];

export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** Null where it is of no single service. */
  readonly service: string | null;
  /** One sentence, with the values that do not fit. */
  readonly problem: string;
  /** What to do: a command, where there is one. */
  readonly remedy: string;
}

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'info'];

/** What is of no single service first, then by service, the worst first. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  return [...findings].sort(
    (a, b) =>
      (a.service ?? '').localeCompare(b.service ?? '') ||
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity),
  );
}

/**
 * Those of a second look that the first one had as well. Routes, views and leases change while they are read, gateway after gateway: what is gone a moment
 * later was such a change, and nothing to do anything about.
 */
export function seenTwice(first: readonly Finding[], second: readonly Finding[]): Finding[] {
  return second.filter(({ code, service }) => first.some((one) => one.code === code && one.service === service));
}
