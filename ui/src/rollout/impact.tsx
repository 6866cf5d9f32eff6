import { useMemo } from 'preact/hooks';
import { formatQuantity } from '../../../src/domain/quantity.js';
import type { ImpactSeries } from '../../../src/domain/report.js';
import { Chart, type ChartData } from '../charts/chart.js';
import { api } from '../data/api.js';
import { useResource } from '../data/use-resource.js';
import { WordBadge } from '../parts/badge.js';
import { Empty, Loaded } from '../parts/notice.js';
import { Quantity } from '../parts/quantity.js';
import { Section } from '../parts/section.js';
import { PartOf } from './part.js';

/** What became of each metric after the cutover, against what would have been. */
export function Impact({ rolloutId, version }: { readonly rolloutId: string; readonly version: number }) {
  const impact = useResource(`impact ${rolloutId}`, (options) => api.getImpact(rolloutId, options), version);
  return (
    <Section title="Impact after the cutover">
      <Loaded of={impact} what="impact">
        {(answer) => <PartOf part={answer.impact}>{(all) => <AllSeries all={all} />}</PartOf>}
      </Loaded>
    </Section>
  );
}

function AllSeries({ all }: { readonly all: readonly ImpactSeries[] }) {
  if (all.length === 0) return <Empty>There is nothing to look at before the cutover.</Empty>;
  return (
    <>
      {all.map((one) => (
        <One key={`${one.metric} ${one.method}`} series={one} />
      ))}
    </>
  );
}

function One({ series }: { readonly series: ImpactSeries }) {
  const chart = useMemo(() => chartOf(series), [series]);
  return (
    <div class="impact">
      <p>
        <WordBadge word={series.verdict} /> <b>{series.metric}</b> {series.reason}
      </p>
      {series.effect !== null && (
        <p class="small">
          effect <Quantity value={series.effect} unit={series.unit} />
          {series.interval !== null && (
            <>
              , <Quantity value={series.interval[0]} unit={series.unit} /> to{' '}
              <Quantity value={series.interval[1]} unit={series.unit} />
            </>
          )}
          , by {series.method}
        </p>
      )}
      {series.placebo !== null && (
        <p class="faint small">
          Placebo {series.placebo.isClean ? 'finds nothing, as it must' : 'finds an effect where there is none'}
        </p>
      )}
      {chart.times.length > 1 && <Chart data={chart} />}
    </div>
  );
}

function chartOf({ metric, unit, points }: ImpactSeries): ChartData {
  return {
    title: `${metric} after, and what would have been`,
    times: points.map(({ at }) => Date.parse(at) / 1000),
    lines: [
      { label: 'measured', colour: 'first', values: points.map(({ actual }) => actual) },
      {
        label: 'without the change',
        colour: 'second',
        dash: [7, 4],
        values: points.map(({ counterfactual }) => counterfactual),
      },
      { label: 'upper', colour: 'second', isEdge: true, values: points.map(({ high }) => high) },
      { label: 'lower', colour: 'second', isEdge: true, values: points.map(({ low }) => low) },
    ],
    bands: [[2, 3]],
    format: (value) => formatQuantity(value, unit),
  };
}
