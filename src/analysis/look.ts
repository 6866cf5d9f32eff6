import { describeError } from '../domain/errors.js';
import { guardrailName } from '../domain/guardrail-name.js';
import { type GuardrailProgress, NO_PROGRESS, type ProgressByMetric } from '../domain/guardrail-progress.js';
import type {
  Guardrail,
  KayentaGuardrail,
  MetricGuardrail,
  MonitorGuardrail,
  QueryGuardrail,
} from '../domain/spec/guardrail.js';
import type { Evidence } from '../domain/verdict.js';
import type { Comparison, SeriesPair } from '../ports/metric-source.js';
import { ENVIRONMENT } from './evidence.js';
import { judgeGuardrail } from './guardrail.js';
import { judgeKayenta } from './kayenta-guardrail.js';
import { applyLimits } from './limits.js';
import { judgeMonitor, type MonitorLook } from './monitor-guardrail.js';
import { afterQuery, judgeQuery, type QueryLook, standingEvidence } from './query-guardrail.js';
import type { Reading } from './reading.js';
import { unreadable } from './unreadable.js';

/** A guardrail with what was measured for it, or why nothing could be. */
export type Measured =
  | { readonly guardrail: MetricGuardrail; readonly comparison: Comparison }
  | { readonly guardrail: KayentaGuardrail; readonly series: Readonly<Record<string, SeriesPair>> }
  | { readonly guardrail: QueryGuardrail; readonly query: QueryLook }
  | { readonly guardrail: MonitorGuardrail; readonly monitor: MonitorLook }
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
    const earlier = before[guardrailName(one.guardrail)] ?? NO_PROGRESS;
    return { one, earlier, ...readingOf(one, earlier, alpha) };
  });
  const broken = readings.find(({ evidence }) => evidence.rule === ENVIRONMENT)?.evidence;
  const judged = readings.map(({ one, earlier, evidence, looks }) => {
    const isStanding = 'query' in one && one.query.values === null;
    const limited = isStanding
      ? { evidence, progress: earlier }
      : applyLimits(one.guardrail, earlier, broken ? excused(evidence, broken) : evidence, looks);
    return 'query' in one ? afterQuery(one.guardrail, one.query, earlier.query, limited) : limited;
  });
  return {
    evidence: judged.map(({ evidence }) => evidence),
    progress: Object.fromEntries(judged.map(({ evidence, progress }) => [evidence.metric, progress])),
  };
}

/** What a guardrail says for itself, before limits and without its neighbours. One that can't be judged must not keep them from being judged. */
function readingOf(one: Measured, earlier: GuardrailProgress, alpha: number): Reading {
  const { guardrail } = one;
  const unread = (cause: string): Reading => ({
    evidence: unreadable(guardrailName(guardrail), cause, guardrail.dryRun),
    looks: earlier.looks,
  });
  if ('error' in one) return unread(one.error);
  try {
    return judged(one, earlier, alpha);
  } catch (error) {
    return unread(describeError(error));
  }
}

function judged(
  one: Exclude<Measured, { error: string }>,
  { looks, query }: GuardrailProgress,
  alpha: number,
): Reading {
  if ('series' in one) return { evidence: judgeKayenta(one.guardrail, one.series), looks };
  if ('monitor' in one) return { evidence: judgeMonitor(one.guardrail, one.monitor), looks };
  if ('comparison' in one) return judgeGuardrail(one.guardrail, one.comparison, { alpha, looks });
  const { values } = one.query;
  const evidence = values === null ? standingEvidence(one.guardrail, query) : judgeQuery(one.guardrail, values);
  return { evidence, looks };
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
