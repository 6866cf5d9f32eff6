import { type ImpactReport, type MetricImpact, shownFinding, verdictOfImpact } from '../domain/impact-report.js';
import type { ImpactSeries } from '../domain/report.js';
import { METHOD_NAMES } from './finding.js';

const UNITS = { share: 'share', ms: 'ms', number: null } as const;

/** The newest look as a rollout's report shows it. */
export function impactSeriesOf(report: ImpactReport): ImpactSeries[] {
  return report.metrics.map((metric) => seriesOf(metric, report));
}

function seriesOf(impact: MetricImpact, { after, hypothesis }: ImpactReport): ImpactSeries {
  const { metric, unit, verdict, reason, agreement, findings, placebo, points } = impact;
  const said = shownFinding({ findings });
  const isExpected = hypothesis?.statement.startsWith(`${metric} `) === true;
  return {
    metric,
    unit: UNITS[unit],
    method: METHOD_NAMES[said?.method ?? 'regression'].replaceAll(' ', '-'),
    hypothesis: isExpected ? `${hypothesis.statement}: ${hypothesis.outcome} (${hypothesis.reason})` : null,
    verdict: verdictOfImpact(verdict),
    reason: `${verdict}: ${reason}; ${agreement}`,
    cutoverAt: after.since,
    effect: said?.mean?.effect ?? null,
    interval: said?.mean?.interval ?? null,
    placebo: placebo.largest && { ...placebo.largest, isClean: placebo.verdict === 'clean' },
    points: points.map(({ at, value, counterfactual, low, high }) => ({
      at,
      actual: value,
      counterfactual,
      low,
      high,
    })),
  };
}
