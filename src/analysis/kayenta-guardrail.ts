import type { KayentaGuardrail } from '../domain/spec/guardrail.js';
import type { Evidence, Verdict } from '../domain/verdict.js';
import type { SeriesPair } from '../ports/metric-source.js';
import { type JudgePlan, judgeMetric } from '../stats/kayenta/judge.js';
import { canaryScore, canaryVerdict } from '../stats/kayenta/score.js';

const VERDICTS: Record<ReturnType<typeof canaryVerdict>, Verdict> = {
  Pass: 'pass',
  Marginal: 'inconclusive',
  Fail: 'fail',
};

/**
 * Kayenta's judgement of time series, value by bucket. It keeps no error probability over several looks: what holds false alarms down is its
 * margin of a quarter of the shift. A metric without values in one arm is Nodata, as there.
 * @param series by name of the config's metric; NaN where a bucket had no requests
 */
export function judgeKayenta(guardrail: KayentaGuardrail, series: Readonly<Record<string, SeriesPair>>): Evidence {
  const { config, minSamples, dryRun } = guardrail;
  const judged = config.metrics.map((metric) => {
    const pair = series[metric.name] ?? { baseline: [], candidate: [] };
    const plan = metric.analysisConfigurations.canary as JudgePlan;
    const result = judgeMetric(pair.candidate, pair.baseline, plan);
    // A metric without a group is one of its own, as Kayenta scores it.
    return { name: metric.name, groups: metric.groups.length > 0 ? metric.groups : [metric.name], ...result };
  });
  const points = (arm: keyof SeriesPair) =>
    Math.min(...config.metrics.map(({ name }) => series[name]?.[arm].filter((v) => !Number.isNaN(v)).length ?? 0));
  const [theirs, ours] = [points('baseline'), points('candidate')];
  const { score, reason } = canaryScore(
    judged.flatMap(({ groups, classification, critical }) =>
      groups.map((group) => ({ group, classification, critical })),
    ),
    config.classifier.groupWeights,
  );
  const frame = {
    metric: guardrail.metric,
    baseline: { samples: theirs, value: null },
    candidate: { samples: ours, value: score },
    difference: null,
    bound: score,
    margin: config.scoreThresholds.pass,
    rule: 'kayenta',
    alpha: 0,
    dryRun,
  };
  if (Math.min(theirs, ours) < minSamples)
    return {
      ...frame,
      candidate: { samples: ours, value: null },
      bound: null,
      verdict: 'inconclusive',
      reason: `kayenta: ${Math.min(theirs, ours)} of at least ${minSamples} time buckets with values`,
    };
  const suspects = judged.filter(({ classification }) => classification !== 'Pass');
  const details = suspects.map(({ name, classification, reason: why }) => `${name} ${classification} (${why})`);
  return {
    ...frame,
    verdict: VERDICTS[canaryVerdict(score, config.scoreThresholds)],
    reason: [`kayenta: score ${score} (${reason})`, ...details].join('; '),
  };
}
