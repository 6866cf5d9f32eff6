import type { ExperimentIntegrity, IntegrityFinding, MetricEstimate } from '../domain/experiment.js';
import { formatCount } from '../domain/quantity.js';
import { isOfRevenue, type MetricDefinition } from '../domain/spec/metric-definition.js';
import { formatValue } from './format.js';
import type { Measured } from './measure.js';
import { isShare } from './metric-kind.js';

/** What makes one metric worth nothing, however sound the experiment is. */
export function metricFindings(
  { subject, arms, isConstant }: Measured,
  { currencies }: Pick<ExperimentIntegrity, 'currencies'>,
): IntegrityFinding[] {
  const { metric, role } = subject;
  const faults = (code: IntegrityFinding['code'], reasons: readonly string[]) =>
    reasons.map(
      (reason): IntegrityFinding => ({ code, severity: severityOf(code, metric, role), subject: metric.name, reason }),
    );
  const units = arms === null ? 0 : arms.baseline.units + arms.candidate.units;
  return [
    ...faults('currencies', isOfRevenue(metric) ? currencyFaults(metric, currencies) : []),
    ...faults(
      'constant',
      isConstant && arms !== null
        ? [
            `${metric.name} is ${formatValue(arms.baseline.value, metric)} without any variation in ${formatCount(units)} units`,
          ]
        : [],
    ),
  ];
}

/** Shares that are 0 or 1 throughout show no gain; but that nothing fails is what a guardrail is there to see. */
function severityOf(
  code: IntegrityFinding['code'],
  metric: MetricDefinition,
  role: MetricEstimate['role'],
): IntegrityFinding['severity'] {
  return code === 'constant' && role === 'guardrail' && isShare(metric) ? 'warning' : 'void';
}

/** Amounts of different currencies have no sum. What names none is in the metric's. */
function currencyFaults({ name, currency }: MetricDefinition, currencies: Readonly<Record<string, number>>): string[] {
  const found = new Set(Object.keys(currencies).map((code) => (code === '' ? (currency ?? '') : code)));
  const counts = Object.entries(currencies).map(
    ([code, events]) => `${formatCount(events)} in ${code === '' ? 'none named' : code}`,
  );
  if (found.size > 1) return [`${name} mixes currencies: ${counts.join(', ')}`];
  const [only] = found;
  if (only === undefined || currency === undefined || only === currency) return [];
  return [`${name} is in ${currency}, and its events are in ${only}`];
}
