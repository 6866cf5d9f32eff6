import { judgeAbTest } from '../src/analysis/ab-test.js';
import { judgeLook, type Look, type Measured } from '../src/analysis/look.js';
import { judgeLabelCount, judgeSampleCount } from '../src/analysis/sample-count.js';
import { judgeShadow } from '../src/analysis/shadow.js';
import { unreadable } from '../src/analysis/unreadable.js';
import { describeError, SluiceError } from '../src/domain/errors.js';
import type { ProgressByMetric } from '../src/domain/guardrail-progress.js';
import type { Route } from '../src/domain/route.js';
import type { Guardrail } from '../src/domain/spec/guardrail.js';
import type { AbTest, Shadow } from '../src/domain/spec/phases.js';
import { type Evidence, overallVerdict } from '../src/domain/verdict.js';
import type { MetricSource } from '../src/ports/metric-source.js';
import type { Scope, Store } from '../src/ports/store.js';

/** What a stretch of constant traffic must have shown before the rollout moves on. */
export type Gate =
  | { readonly kind: 'samples'; readonly minSamples: number; readonly minLabels?: number }
  | { readonly kind: 'shadow'; readonly plan: Shadow }
  | { readonly kind: 'abTest'; readonly plan: AbTest; readonly minLabels?: number };

export interface LookDeps {
  readonly store: Store;
  readonly metrics: MetricSource;
}

/** What is compared: which observations, and what was asked of them. */
export interface Comparison {
  readonly scope: Scope;
  readonly arm: 'candidate' | 'shadow';
  /** Segments that are left out: the candidate has a weight of its own there. */
  readonly apart: readonly string[];
  readonly guardrails: readonly Guardrail[];
  /** Error budget of each guardrail. */
  readonly alpha: number;
}

/** Judges all guardrails once. What can't be read is an error in its place, and stops none of the others. */
export async function look(metrics: MetricSource, asked: Comparison, progress: ProgressByMetric): Promise<Look> {
  const measured = await Promise.all(
    asked.guardrails.map((guardrail) =>
      measure(metrics, guardrail, asked).catch(
        (error: unknown): Measured => ({ guardrail, error: describeError(error) }),
      ),
    ),
  );
  return judgeLook(measured, asked.alpha, progress);
}

/** Segments in which the candidate has a weight of its own. */
export function apartFrom({ traffic }: Route): string[] {
  return (traffic?.segments ?? []).filter(({ percent }) => percent !== undefined).map(({ name }) => name);
}

async function measure(metrics: MetricSource, guardrail: Guardrail, asked: Comparison): Promise<Measured> {
  const { scope, arm, apart } = asked;
  if (guardrail.metric !== 'kayenta')
    return { guardrail, comparison: await metrics.compare(guardrail.metric, scope, arm, apart) };
  const series = await Promise.all(
    guardrail.config.metrics.map(async ({ name, query }) => [
      name,
      await metrics.series(query.metric, scope, arm, guardrail.interval),
    ]),
  );
  return { guardrail, series: Object.fromEntries(series) };
}

/** Whether there is enough to move on. */
export async function readGate(deps: LookDeps, gate: Gate, scope: Scope, apart: readonly string[]): Promise<Evidence> {
  try {
    const answer = await readKind(deps, gate, scope, apart);
    if (gate.kind === 'shadow' || gate.minLabels === undefined) return answer;
    const labels = judgeLabelCount(gate.minLabels, await deps.store.labelledOutcomes(scope));
    return { ...answer, verdict: overallVerdict([answer, labels]), reason: `${answer.reason}; ${labels.reason}` };
  } catch (error) {
    return unreadable(gate.kind, describeError(error), false);
  }
}

async function readKind(
  { metrics, store }: LookDeps,
  gate: Gate,
  scope: Scope,
  apart: readonly string[],
): Promise<Evidence> {
  switch (gate.kind) {
    case 'shadow':
      return judgeShadow(gate.plan, await store.shadowSummary(scope));
    case 'samples': {
      const arms = await store.armSummaries(scope);
      const candidates = arms.filter(({ arm }) => arm === 'candidate');
      return judgeSampleCount(
        gate.minSamples,
        candidates.reduce((sum, { requests }) => sum + requests, 0),
      );
    }
    case 'abTest': {
      const { baseline, candidate } = await metrics.compare(gate.plan.primary, scope, 'candidate', apart);
      if (baseline.kind !== 'proportion' || candidate.kind !== 'proportion')
        throw new SluiceError('SPEC_INVALID', `${gate.plan.primary} is measured as ${baseline.kind}, not as a share`);
      return judgeAbTest(gate.plan, baseline.value, candidate.value).evidence;
    }
  }
}
