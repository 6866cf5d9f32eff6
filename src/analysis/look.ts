import { NO_PROGRESS, type ProgressByMetric } from '../domain/guardrail-progress.js';
import type { Guardrail, KayentaGuardrail, MetricGuardrail } from '../domain/spec/guardrail.js';
import type { Evidence } from '../domain/verdict.js';
import type { Comparison, SeriesPair } from '../ports/metric-source.js';
import { ENVIRONMENT } from './evidence.js';
import { judgeGuardrail } from './guardrail.js';
import { judgeKayenta } from './kayenta-guardrail.js';
import { applyLimits } from './limits.js';
import { unreadable } from './unreadable.js';

/** A guardrail with what was measured for it, or why nothing could be. */
export type Measured =
  | { readonly guardrail: MetricGuardrail; readonly comparison: Comparison }
  | { readonly guardrail: KayentaGuardrail; readonly series: Readonly<Record<string, SeriesPair>> }
  | { readonly guardrail: Guardrail; readonly error: string };

export interface Look {
  readonly evidence: Evidence[];
  readonly progress: ProgressByMetric;
}

/**
 * One look at all guardrails: what each says now, and what that means after the looks before.
 * @param alpha error budget of each guardrail at this weight
 * @param before progress at this weight; empty at the first look after the weight has changed, as weights are never pooled
 */
export function judgeLook(measured: readonly Measured[], alpha: number, before: ProgressByMetric): Look {
  const readings = measured.map((one) => {
    const { guardrail } = one;
    const looks = before[guardrail.metric]?.looks ?? [];
    if ('error' in one)
      return { guardrail, evidence: unreadable(guardrail.metric, one.error, guardrail.dryRun), looks };
    if ('series' in one) return { guardrail, evidence: judgeKayenta(one.guardrail, one.series), looks };
    return { guardrail, ...judgeGuardrail(one.guardrail, one.comparison, { alpha, looks }) };
  });
  const broken = readings.find(({ evidence }) => evidence.rule === ENVIRONMENT)?.evidence;
  const judged = readings.map(({ guardrail, evidence, looks }) =>
    applyLimits(
      guardrail,
      before[guardrail.metric] ?? NO_PROGRESS,
      broken ? excused(evidence, broken) : evidence,
      looks,
    ),
  );
  return {
    evidence: judged.map(({ evidence }) => evidence),
    progress: Object.fromEntries(judged.map(({ evidence, progress }) => [evidence.metric, progress])),
  };
}

/** While the baseline is broken too, no harm can be laid at the candidate's door. */
function excused(evidence: Evidence, broken: Evidence): Evidence {
  if (evidence.verdict !== 'fail') return evidence;
  return {
    ...evidence,
    verdict: 'inconclusive',
    reason: `${evidence.reason}; not blamed on the candidate, as ${broken.reason}`,
  };
}
