import type { Freeze } from '../domain/freeze.js';
import { plannedReplicas } from '../domain/planned-replicas.js';
import type { Approval } from '../domain/spec/phases.js';
import type { RolloutSpec } from '../domain/spec/rollout-spec.js';
import type { ExperimentPlan } from '../experiment/plan.js';
import { openingFrom } from './calendar.js';
import { evidenceTime, type Meeting, stepEnd } from './evidence-time.js';
import { formatDuration } from './format.js';
import { hooksAt, type Place } from './hooks.js';
import type { PlannedApproval, PlannedStep, PlanWarning, Span } from './rollout-plan.js';
import type { PlanTraffic } from './traffic.js';

/** A step with its times; what it sees is computed from them. */
export interface ScheduledStep {
  readonly step: Omit<PlannedStep, 'sample' | 'guardrails'>;
  /** Null: nobody meets the candidate. */
  readonly meets: Meeting | null;
  /** ms since 1970, as expected; null where that is not known. */
  readonly fromMs: number | null;
}

export interface Schedule {
  readonly steps: readonly ScheduledStep[];
  readonly end: Clocks;
  readonly warnings: readonly PlanWarning[];
}

/** ms since 1970; null: never, or not known. */
interface Clocks {
  readonly earliest: number | null;
  readonly expected: number | null;
}

export interface TimelineInput {
  readonly spec: RolloutSpec;
  readonly traffic: PlanTraffic;
  readonly freezes: readonly Freeze[];
  readonly nowMs: number;
}

/** What a step adds to the time, and how it is shown. */
interface Draft extends Pick<PlannedStep, 'phase' | 'kind' | 'title' | 'leastMs'> {
  readonly index?: number;
  /** Default: that in force. */
  readonly percent?: number;
  readonly shadowPercent?: number;
  readonly mostMs?: number;
  readonly approval?: Approval;
  readonly place?: Place;
  readonly meets?: ScheduledStep['meets'];
  readonly experiment?: ExperimentPlan | null;
  /** When its evidence is there at the earliest, by the traffic; null: not within a year. */
  readonly evidence?: (fromMs: number) => number | null;
  readonly heldBy?: string | null;
}

/** Step after step, with what may be wrong about each. */
export class Timeline {
  private readonly input: TimelineInput;
  private readonly steps: ScheduledStep[] = [];
  private readonly warnings: PlanWarning[] = [];
  private clocks: Clocks;
  private inForce = 0;

  constructor(input: TimelineInput) {
    this.input = input;
    const isKnown = input.traffic.requestsPerSecond !== null;
    this.clocks = { earliest: input.nowMs, expected: isKnown ? input.nowMs : null };
  }

  result(): Schedule {
    return { steps: this.steps, end: this.clocks, warnings: this.warnings };
  }

  /** The weight that was set last, percent. */
  get percent(): number {
    return this.inForce;
  }

  /** A forward move: as soon as nothing holds it. @param percent the weight from then on @returns what holds it */
  move(percent = this.inForce): string | null {
    this.inForce = percent;
    const { spec, freezes } = this.input;
    const open = (at: number | null) => (at === null ? null : openingFrom(spec.windows ?? null, freezes, at));
    const [earliest, expected] = [open(this.clocks.earliest), open(this.clocks.expected)];
    const heldBy = expected?.heldBy ?? earliest?.heldBy ?? null;
    if (earliest !== null && earliest.at === null)
      this.warnings.push({
        step: null,
        message: `nothing moves within a year: ${earliest.heldBy}`,
        help: 'other windows, or lift the freeze',
      });
    this.clocks = { earliest: earliest?.at ?? null, expected: expected?.at ?? null };
    return heldBy;
  }

  /** @returns when it begins */
  add(draft: Draft): Clocks {
    const { spec } = this.input;
    const { percent = this.inForce, shadowPercent = 0, meets = null, heldBy = null } = draft;
    const from = this.clocks;
    const until = { earliest: later(from.earliest, draft.leastMs), expected: this.expectedEnd(draft) };
    this.clocks = until;
    const { phase, kind, title, leastMs } = draft;
    this.steps.push({
      meets,
      fromMs: from.expected,
      step: {
        phase,
        kind,
        title,
        index: draft.index ?? null,
        weightPercent: percent,
        shadowPercent,
        earliest: span(from.earliest, until.earliest),
        expected: span(from.expected, until.expected),
        leastMs,
        mostMs: draft.mostMs ?? null,
        heldBy,
        approval: draft.approval ? approvalOf(draft.approval) : null,
        replicas: spec.scaling ? plannedReplicas(spec.scaling, shadowPercent > 0 ? shadowPercent : percent) : null,
        hooks: draft.place ? hooksAt(spec.hooks ?? [], draft.place) : [],
        experiment: draft.experiment ?? null,
      },
    });
    return from;
  }

  /** What goes on beside others from some time on, and takes none of theirs. */
  beside(from: Clocks, draft: Draft): void {
    const end = this.clocks;
    this.clocks = from;
    this.add(draft);
    this.clocks = end;
  }

  /** When those who meet the candidate are enough, by the traffic. */
  evidence(meets: Meeting): (fromMs: number) => number | null {
    const { spec, traffic } = this.input;
    return (fromMs) => evidenceTime({ spec, traffic, meets, fromMs });
  }

  private expectedEnd({ title, leastMs, mostMs, evidence }: Draft): number | null {
    const from = this.clocks.expected;
    if (from === null) return null;
    if (!evidence) return from + leastMs;
    const at = evidence(from);
    const end = stepEnd({ leastMs, mostMs: mostMs ?? null }, from, at);
    if (at === null || at > from + (mostMs ?? Number.POSITIVE_INFINITY))
      this.warnings.push(tooSlow(title, mostMs ?? 0, at === null ? null : at - from));
    const { progressDeadline } = this.input.spec;
    if (progressDeadline !== undefined && end - from > progressDeadline)
      this.warnings.push({
        step: title,
        message: `takes ${formatDuration(end - from)}, and the rollout is rolled back where it has not moved for ${formatDuration(progressDeadline)}`,
        help: 'a longer progressDeadline',
      });
    return end;
  }
}

function tooSlow(step: string, mostMs: number, needMs: number | null): PlanWarning {
  const need = needMs === null ? 'do not come within a year' : `take ${formatDuration(needMs)} to come`;
  return {
    step,
    message: `the samples that a verdict needs ${need}; after ${formatDuration(mostMs)} a person is asked`,
    help:
      needMs === null
        ? 'more weight, or a smaller minSamples'
        : `a maxDuration above ${formatDuration(needMs)}, more weight, or a smaller minSamples`,
  };
}

function later(at: number | null, ms: number): number | null {
  return at === null ? null : at + ms;
}

function span(from: number | null, until: number | null): Span {
  const iso = (at: number | null) => (at === null ? null : new Date(Math.round(at)).toISOString());
  return { from: iso(from), until: iso(until) };
}

function approvalOf({ approvers, quorum, fourEyes, timeout, onTimeout, escalate }: Approval): PlannedApproval {
  return {
    approvers: approvers ?? null,
    quorum,
    fourEyes,
    timeoutMs: timeout,
    onTimeout,
    escalate: escalate ? { afterMs: escalate.after, to: escalate.to } : null,
  };
}
