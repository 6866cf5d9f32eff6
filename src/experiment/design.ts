import { DAY_MS } from '../domain/duration.js';
import type { AbTest } from '../domain/spec/experiment.js';

/** Whether a difference is in the metric's unit, or a share of the baseline's value. */
export type Scale = 'absolute' | 'relative';

interface GuardrailDesign {
  readonly metric: string;
  readonly margin: number;
  readonly scale: Scale;
}

/** An experiment as it was registered, nothing left out. */
export interface ExperimentDesign {
  readonly hypothesis: string | null;
  /** Of the units, 0..1. */
  readonly candidateShare: number;
  readonly primary: string;
  readonly secondary: readonly string[];
  readonly guardrails: readonly GuardrailDesign[];
  readonly minDetectableEffect: number;
  readonly scale: Scale;
  readonly margin: number;
  readonly test: 'sequential' | 'fixed';
  /** Units of both arms at which a sequential interval is narrowest; null where the plan says it. */
  readonly tuning: number | null;
  readonly power: number;
  readonly alpha: number;
  readonly minDurationMs: number;
  readonly maxDurationMs: number;
  readonly wholeWeeks: boolean;
  readonly segments: readonly string[];
  readonly correction: 'holm' | 'benjamini-hochberg' | 'none';
  readonly decision: {
    readonly superior: 'promote' | 'hold';
    readonly nonInferior: 'promote' | 'hold' | 'rollback';
    readonly inconclusive: 'hold' | 'promote-if-non-inferior' | 'rollback';
  };
  readonly refuses: boolean;
}

/** Milliseconds of traffic that a plan is made from, where the spec does not say. */
export const PLANNING_HISTORY_MS = 14 * DAY_MS;

/** Fills in what a spec may leave out; a spec that was written before these keys existed means the same. */
export function designOf(plan: AbTest): ExperimentDesign {
  const { decision } = plan;
  return {
    hypothesis: plan.hypothesis ?? null,
    candidateShare: plan.split / 100,
    primary: plan.primary,
    secondary: plan.secondary ?? [],
    guardrails: (plan.guardrails ?? []).map(({ metric, margin, effect }) => ({
      metric,
      margin,
      scale: effect ?? 'absolute',
    })),
    minDetectableEffect: plan.minDetectableEffect,
    scale: plan.effect ?? 'absolute',
    margin: plan.margin ?? plan.minDetectableEffect,
    test: plan.test ?? 'sequential',
    tuning: plan.tuning ?? null,
    power: plan.power,
    alpha: plan.alpha,
    minDurationMs: plan.minDuration ?? 0,
    maxDurationMs: plan.maxDuration,
    wholeWeeks: plan.wholeWeeks ?? false,
    segments: plan.segments ?? [],
    correction: plan.correction ?? 'holm',
    decision: {
      superior: decision?.superior ?? 'promote',
      nonInferior: decision?.nonInferior ?? 'promote',
      inconclusive: decision?.inconclusive ?? 'hold',
    },
    refuses: plan.planning !== undefined && (plan.planning.refuse ?? true),
  };
}
