import type { ExperimentReport, IntegrityFinding, MetricEstimate } from '../../../domain/experiment.js';
import { formatCount, formatNumber, formatP, type Unit } from '../../../domain/quantity.js';
import type { ImpactSeries, Report } from '../../../domain/report.js';
import { estimatesChart, intervalOverTime, noveltyChart } from '../../figures/experiments.js';
import { impactChart } from '../../figures/impact.js';
import { withUnit } from '../../format.js';
import { plain } from '../../plain.js';
import type { Draw } from '../figure.js';
import { type Content, html, type Markup } from '../markup.js';
import { table } from '../table.js';
import { section, timeMark, verdictMark } from '../words.js';

export function experiments({ experiments: looks }: Report, draw: Draw): Markup {
  return section('ab', 'A/B evaluation', looks, (data) => {
    const newest = data.at(-1);
    return newest === undefined
      ? null
      : [newestLook(newest), integrity(newest.findings), charts(data, newest, draw), estimates(newest)];
  });
}

function newestLook({ hypothesis, verdict, decision, reason, units, since, at }: ExperimentReport): Markup {
  return html`<dl><dt>hypothesis</dt><dd>${hypothesis === null ? 'none was registered' : plain(hypothesis, 1000)}</dd>
<dt>verdict</dt><dd>${verdictMark(verdict)}: ${plain(reason, 1000)}</dd><dt>the spec’s rule says</dt><dd>${verdictMark(decision)}</dd>
<dt>units</dt><dd>${formatCount(units.have)}${units.need === null ? '' : ` of ${formatCount(units.need)} needed`}</dd>
<dt>exposed since</dt><dd>${timeMark(since)}; newest look ${timeMark(at)}</dd></dl>`;
}

function integrity(findings: readonly IntegrityFinding[]): Markup {
  if (findings.length === 0) return html`<p>Nothing was found that would void a verdict.</p>`;
  return table(
    'What may void a verdict',
    [
      { name: 'finding', cell: ({ code }) => code },
      { name: 'severity', cell: ({ severity }) => verdictMark(severity) },
      { name: 'of', cell: ({ subject }) => plain(subject) },
      { name: 'numbers', isLong: true, cell: ({ reason }) => plain(reason, 600) },
    ],
    findings,
  );
}

function charts(looks: readonly ExperimentReport[], newest: ExperimentReport, draw: Draw): Content {
  const [overTime, all, novelty] = [intervalOverTime(looks), estimatesChart(newest), noveltyChart(newest)];
  return [
    overTime === null ? html`<p class="none">The primary metric has had no effect to draw yet.</p>` : draw(overTime),
    all === null ? null : draw(all),
    novelty === null
      ? html`<p class="none">There are no days of exposure to tell a novelty effect by.</p>`
      : draw(novelty),
  ];
}

function estimates({ estimates: all }: ExperimentReport): Markup {
  return table<MetricEstimate>(
    'Estimates at the newest look; effects are candidate minus baseline in the metric’s unit',
    [
      {
        name: 'metric',
        cell: ({ metric, segment }) => `${plain(metric)}${segment === null ? '' : `, ${plain(segment)}`}`,
      },
      { name: 'role', cell: ({ role }) => role },
      { name: 'verdict', cell: ({ verdict }) => verdictMark(verdict) },
      { name: 'baseline', isNumber: true, cell: ({ baseline, unit = null }) => armText(baseline, unit) },
      { name: 'candidate', isNumber: true, cell: ({ candidate, unit = null }) => armText(candidate, unit) },
      {
        name: 'effect',
        isNumber: true,
        cell: ({ effect, interval, unit = null }) => withInterval(effect, interval, unit),
      },
      {
        name: 'relative',
        isNumber: true,
        cell: ({ relative, relativeInterval }) => withInterval(relative, relativeInterval, 'share'),
      },
      {
        name: 'p (corrected)',
        isNumber: true,
        cell: ({ pValue, adjustedP }) => `${formatP(pValue)} (${formatP(adjustedP)})`,
      },
      {
        name: 'rule',
        isLong: true,
        cell: ({ rule, alpha, varianceReduction }) =>
          `${plain(rule)}, alpha ${formatNumber(alpha)}${varianceReduction === null ? '' : `, CUPED −${withUnit(varianceReduction, 'share')} variance`}`,
      },
    ],
    all,
  );
}

const armText = ({ units, value }: MetricEstimate['baseline'], unit: Unit) =>
  `${withUnit(value, unit)} of ${formatCount(units)}`;

function withInterval(value: number | null, interval: readonly [number, number] | null, unit: Unit): string {
  if (value === null) return '–';
  return `${withUnit(value, unit)}${interval === null ? '' : ` [${withUnit(interval[0], unit)}, ${withUnit(interval[1], unit)}]`}`;
}

export function impact({ impact: series }: Report, draw: Draw): Markup {
  return section('impact', 'Impact after the cutover', series, (data) => data.map((one) => impactOf(one, draw)));
}

function impactOf(series: ImpactSeries, draw: Draw): Markup {
  const { metric, unit, method, hypothesis, verdict, reason, effect, interval, placebo, cutoverAt } = series;
  const range = interval === null ? 'no interval' : `${withUnit(interval[0], unit)} to ${withUnit(interval[1], unit)}`;
  const chart = impactChart(series);
  return html`<h3>${plain(metric)}</h3><dl><dt>verdict</dt><dd>${verdictMark(verdict)}: ${plain(reason, 1000)}</dd>
<dt>effect</dt><dd>${withUnit(effect, unit)} (${range}), by ${plain(method)}</dd>
<dt>registered before</dt><dd>${hypothesis === null ? 'no hypothesis' : plain(hypothesis, 1000)}</dd>
<dt>placebo before the change</dt><dd>${placebo === null ? 'not made' : `${placebo.isClean ? 'clean' : 'finds an effect where there was no change'}: ${withUnit(placebo.effect, unit)} (${withUnit(placebo.interval[0], unit)} to ${withUnit(placebo.interval[1], unit)})`}</dd>
<dt>cutover</dt><dd>${timeMark(cutoverAt)}</dd></dl>${chart === null ? html`<p class="none">No series was kept.</p>` : draw(chart)}`;
}
