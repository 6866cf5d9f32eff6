import type { Alert } from './alert.js';
import { DAY_MS } from './duration.js';
import type { HypothesisOutcome, ImpactSummary, ImpactVerdict } from './impact-report.js';
import type { Impact } from './spec/phases.js';
import type { Evidence, Verdict } from './verdict.js';

/** The view of an impact analysis. */
export interface ImpactState {
  rolloutId: string;
  status: 'observing' | 'done' | 'cancelled';
  /** When the observation after the cutover ends. */
  until: string;
  verdict: Verdict;
  evidence: Evidence[];
  /** Absent in those that began when there was one look at the end. */
  course?: ImpactCourse;
}

/** What an analysis that looks again and again has come to. */
export interface ImpactCourse {
  impact: ImpactVerdict;
  /** One line. */
  reason: string;
  /** How many looks there have been, and when the next one is; null: none follows. */
  looks: number;
  nextLookAt: string | null;
  hypothesis: HypothesisOutcome | null;
  notes: readonly string[];
  /** Percent of units that stay with the baseline; null where none do (any more). */
  holdback: number | null;
  /** Set once harm was found and acted on: at the look that found it. */
  harmedAtLook: number | null;
  incidentId: string | null;
  /** What was done, and what could not be, in words. */
  done: readonly string[];
}

/** The time between two looks. */
export function timeBetweenLooks({ every, after }: Pick<Impact, 'every' | 'after'>): number {
  return Math.min(every ?? DAY_MS, after);
}

/** When look 1, 2, … is, by ms since the cutover; the last one is at the end. */
export function lookTime(
  plan: Pick<Impact, 'every' | 'after'>,
  look: number,
): { readonly ms: number; readonly isFinal: boolean } {
  const ms = look * timeBetweenLooks(plan);
  return ms >= plan.after ? { ms: plan.after, isFinal: true } : { ms, isFinal: false };
}

/** What specs did not have when the first rollouts began. */
export function withImpactDefaults(plan: Partial<Impact> & Pick<Impact, 'metrics' | 'before' | 'after'>): Impact {
  return { holdback: 0, onHarm: 'incident', alpha: 0.05, tolerance: 0.1, ...plan };
}

export function takeSummary(state: ImpactState, course: ImpactCourse, { evidence, ...summary }: ImpactSummary): void {
  state.evidence = [...evidence];
  const { verdict, reason, hypothesis, notes } = summary;
  Object.assign(course, { impact: verdict, reason, hypothesis, notes, looks: summary.look });
}

/** Of an alert that an impact analysis sends. */
const SOURCE = 'impact';

export function impactLabels(rolloutId: string): Readonly<Record<string, string>> {
  return { source: SOURCE, rollout: rolloutId };
}

/**
 * What a rollout does about an alert of an impact analysis: that of its own goes back where the spec says so, another's is noted, whatever rules for alerts
 * there are. @returns null where the alert is of something else
 */
export function actionOfImpact(
  { labels }: Alert,
  rolloutId: string,
  plan: Pick<Impact, 'onHarm'> | undefined,
): 'rollback' | 'note' | null {
  if (labels['source'] !== SOURCE) return null;
  return labels['rollout'] === rolloutId && plan?.onHarm === 'rollback' ? 'rollback' : 'note';
}
