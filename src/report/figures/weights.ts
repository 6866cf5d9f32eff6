import type { ReportedPhase, WeightPoint } from '../../domain/report.js';
import type { LineChart } from '../charts/chart.js';
import { timeText } from '../format.js';

export function weightChart(points: readonly WeightPoint[], phases: readonly ReportedPhase[]): LineChart {
  const most = Math.max(...points.map(({ weightPercent }) => weightPercent));
  const last = points.at(-1);
  const began = phases.flatMap(({ phase, startedAt }) => (startedAt === null ? [] : [{ at: startedAt, name: phase }]));
  return {
    kind: 'lines',
    title: 'Weight of the candidate over time',
    description: `${points.length} points from ${timeText(points[0]?.at ?? '')} to ${timeText(last?.at ?? '')}; at most ${most} %, in the end ${last?.weightPercent ?? 0} %.`,
    unit: 'share',
    x: 'time',
    xName: 'time (UTC)',
    lines: [
      {
        name: 'candidate',
        style: 'first',
        isStep: true,
        points: points.map(({ at, weightPercent }) => ({ x: at, y: weightPercent / 100 })),
      },
    ],
    // Phases that began in one moment would write over each other.
    marks: began.filter(({ at }, n) => began.findIndex((one) => one.at === at) === n).slice(0, 6),
  };
}
