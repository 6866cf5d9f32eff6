import type { DriftReport, FeatureHistogram } from '../../domain/report.js';
import type { BarChart } from '../charts/chart.js';

const MOST_BARS = 15;

export function driftChart({ features }: DriftReport): BarChart | null {
  const shown = features.filter(({ distance }) => distance !== null).slice(0, MOST_BARS);
  if (shown.length === 0) return null;
  const drifted = features.filter((one) => one.drifted);
  return {
    kind: 'bars',
    title: 'Drift by feature',
    description: `Jensen-Shannon distance of the candidate's requests from the baseline's, 0 to 0.83. ${drifted.length} of ${features.length} features have drifted.`,
    unit: null,
    isHorizontal: true,
    names: shown.map(({ feature, drifted: is }) => `${feature}${is ? ' (drifted)' : ''}`),
    sets: [{ name: 'distance', values: shown.map(({ distance }) => distance) }],
    marked: shown.filter((one) => one.drifted).map(({ feature }) => `${feature} (drifted)`),
  };
}

export function histogramChart({
  feature,
  drifted,
  edges,
  categories,
  reference,
  current,
}: FeatureHistogram): BarChart {
  const names = categories ?? reference.map((_, at) => `${short(edges?.[at])} to ${short(edges?.[at + 1])}`);
  return {
    kind: 'bars',
    title: `${feature}${drifted ? ' (drifted)' : ''}`,
    description: `Shares of the values of ${feature} that the baseline and the candidate were asked; it has ${drifted ? '' : 'not '}drifted.`,
    unit: 'share',
    isHorizontal: false,
    names,
    sets: [
      { name: 'baseline', values: reference },
      { name: 'candidate', values: current },
    ],
  };
}

const short = (edge: number | undefined) => String(Number((edge ?? 0).toPrecision(3)));
