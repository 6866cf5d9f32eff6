import { DAY_MS } from '../domain/duration.js';
import type { Freeze } from '../domain/freeze.js';
import { RUN_PHASES, type RunPhase } from '../domain/phase.js';
import { plannedReplicas } from '../domain/planned-replicas.js';
import type { Approval, CanaryStep, Phases } from '../domain/spec/phases.js';
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

export interface ScheduleInput {
  readonly spec: RolloutSpec;
  readonly traffic: PlanTraffic;
  readonly freezes: readonly Freeze[];
  readonly experiment: ExperimentPlan | null;
  readonly nowMs: number;
}

/** What a step adds to the time, and how it is shown. */
interface Draft extends Pick<PlannedStep, 'phase' | 'kind' | 'title' | 'leastMs'> {
  readonly index?: number;
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

/** Phase by phase as the workflow goes: forward moves wait for windows and freezes, steps for their bakes and evidence. */
export function scheduleOf(input: ScheduleInput): Schedule {
  const plan = new Scheduler(input);
  for (const phase of RUN_PHASES) PLANNED[phase](plan, input.spec.phases);
  return plan.result();
}

/** What each phase adds to the plan. */
const PLANNED: Readonly<Record<RunPhase, (plan: Scheduler, phases: Phases) => void>> = {
  validation: (plan) => plan.validation(),
  shadow: (plan, { shadow }) => shadow && plan.shadow(shadow),
  canary: (plan, { canary }) => plan.canary(canary.steps),
  abTest: (plan, { abTest }) => abTest && plan.abTest(abTest),
  cutover: (plan) => plan.cutover(),
};

class Scheduler {
  private readonly input: ScheduleInput;
  private readonly steps: ScheduledStep[] = [];
  private readonly warnings: PlanWarning[] = [];
  private clocks: Clocks;
  /** In force before the step that comes. */
  private percent = 0;

  constructor(input: ScheduleInput) {
    this.input = input;
    const isKnown = input.traffic.requestsPerSecond !== null;
    this.clocks = { earliest: input.nowMs, expected: isKnown ? input.nowMs : null };
  }

  validation(): void {
    const { initialDelay = 0, phases } = this.input.spec;
    const checks = phases.validation?.checks.length ?? 0;
    this.add({
      phase: 'validation',
      kind: 'validation',
      title: checks === 0 ? 'validation: servers ready' : `validation: ${checks} checks`,
      leastMs: initialDelay,
      place: { phase: 'validation' },
    });
  }

  shadow(shadow: NonNullable<RolloutSpec['phases']['shadow']>): void {
    const { sample, minSamples, maxDuration } = shadow;
    const meets = { arm: 'shadow', percent: sample, minSamples } as const;
    const heldBy = this.move();
    this.add({
      phase: 'shadow',
      kind: 'shadow',
      title: `shadow ${sample} %`,
      leastMs: 0,
      mostMs: maxDuration,
      shadowPercent: sample,
      place: { phase: 'shadow' },
      meets,
      evidence: this.evidence(meets),
      heldBy,
    });
  }

  canary(steps: readonly CanaryStep[]): void {
    for (const [index, step] of steps.entries()) this.canaryStep(step, index, steps);
  }

  private canaryStep(step: CanaryStep, index: number, steps: readonly CanaryStep[]): void {
    if ('pause' in step) return this.pause(step.pause, index);
    const { setWeight: percent, minSamples, minLabels } = step;
    const meets = { arm: 'candidate', percent, minSamples, minLabels } as const;
    const heldBy = this.move();
    this.percent = percent;
    const isLast = !steps.slice(index + 1).some((later) => 'setWeight' in later);
    this.add({
      phase: 'canary',
      kind: 'weight',
      title: `canary ${percent} %`,
      index,
      leastMs: step.bake,
      mostMs: step.maxDuration ?? 10 * step.bake,
      place: { phase: 'canary', step: index, isFirst: index === 0, isLast },
      meets,
      evidence: this.evidence(meets),
      heldBy,
    });
  }

  private pause(pause: Extract<CanaryStep, { pause: unknown }>['pause'], index: number): void {
    const common = { phase: 'canary', index, percent: this.percent } as const;
    if ('approval' in pause)
      return this.add({
        ...common,
        kind: 'approval',
        title: `approval at ${this.percent} %`,
        leastMs: 0,
        approval: pause.approval,
      });
    this.add({ ...common, kind: 'pause', title: `pause at ${this.percent} %`, leastMs: pause.duration });
  }

  abTest(abTest: NonNullable<RolloutSpec['phases']['abTest']>): void {
    const { split, minDuration = 0, maxDuration, minLabels } = abTest;
    const { experiment } = this.input;
    const heldBy = this.move();
    this.percent = split;
    // What is not known, or would take longer, ends with the time that is given.
    const planned = Math.min(maxDuration, experiment?.days == null ? maxDuration : experiment.days * DAY_MS);
    const meets = { arm: 'candidate', percent: split, minSamples: 0, minLabels } as const;
    const evidence = this.evidence(meets);
    this.add({
      phase: 'abTest',
      kind: 'ab-test',
      title: `A/B ${split} %`,
      leastMs: minDuration,
      mostMs: maxDuration,
      place: { phase: 'abTest' },
      meets,
      evidence: (fromMs) => {
        const at = evidence(fromMs);
        return at === null ? null : Math.max(at, fromMs + planned);
      },
      experiment,
      heldBy,
    });
  }

  cutover(): void {
    const { cutover, impact } = this.input.spec.phases;
    const { candidate, baseline } = this.input.spec;
    if (cutover.approval)
      this.add({
        phase: 'cutover',
        kind: 'approval',
        title: 'approval of the cutover',
        leastMs: 0,
        percent: this.percent,
        approval: cutover.approval,
      });
    const heldBy = this.move();
    this.percent = 100;
    const at = this.clocks;
    this.add({
      phase: 'cutover',
      kind: 'cutover',
      title: `cutover: ${candidate.version} serves all`,
      leastMs: 0,
      place: { phase: 'cutover' },
      heldBy,
    });
    this.add({
      phase: 'cutover',
      kind: 'warm',
      title: `${baseline.version} stays warm`,
      leastMs: cutover.keepBaselineWarm,
    });
    if (!impact) return;
    const end = this.clocks;
    // It goes on beside, from the cutover on.
    this.clocks = at;
    this.add({ phase: 'impact', kind: 'impact', title: 'impact analysis', leastMs: impact.after });
    this.clocks = end;
  }

  result(): Schedule {
    return { steps: this.steps, end: this.clocks, warnings: this.warnings };
  }

  /** A forward move: as soon as nothing holds it. @returns what does */
  private move(): string | null {
    const { spec, freezes } = this.input;
    const open = (at: number | null) => (at === null ? null : openingFrom(spec.windows ?? null, freezes, at));
    const [earliest, expected] = [open(this.clocks.earliest), open(this.clocks.expected)];
    const heldBy = expected?.heldBy ?? earliest?.heldBy ?? null;
    if (earliest !== null && earliest.at === null)
      this.warn({
        step: null,
        message: `nothing moves within a year: ${earliest.heldBy}`,
        help: 'other windows, or lift the freeze',
      });
    this.clocks = { earliest: earliest?.at ?? null, expected: expected?.at ?? null };
    return heldBy;
  }

  add(draft: Draft): void {
    const { spec } = this.input;
    const { percent = this.percent, shadowPercent = 0, meets = null, heldBy = null } = draft;
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
  }

  private expectedEnd({ title, leastMs, mostMs, evidence }: Draft): number | null {
    const from = this.clocks.expected;
    if (from === null) return null;
    if (!evidence) return from + leastMs;
    const at = evidence(from);
    const end = stepEnd({ leastMs, mostMs: mostMs ?? null }, from, at);
    if (at === null || at > from + (mostMs ?? Number.POSITIVE_INFINITY))
      this.tooSlow(title, mostMs ?? 0, at === null ? null : at - from);
    const { progressDeadline } = this.input.spec;
    if (progressDeadline !== undefined && end - from > progressDeadline)
      this.warn({
        step: title,
        message: `takes ${formatDuration(end - from)}, and the rollout is rolled back where it has not moved for ${formatDuration(progressDeadline)}`,
        help: 'a longer progressDeadline',
      });
    return end;
  }

  private tooSlow(step: string, mostMs: number, needMs: number | null): void {
    const need = needMs === null ? 'do not come within a year' : `take ${formatDuration(needMs)} to come`;
    this.warn({
      step,
      message: `the samples that a verdict needs ${need}; after ${formatDuration(mostMs)} a person is asked`,
      help:
        needMs === null
          ? 'more weight, or a smaller minSamples'
          : `a maxDuration above ${formatDuration(needMs)}, more weight, or a smaller minSamples`,
    });
  }

  private warn(warning: PlanWarning): void {
    this.warnings.push(warning);
  }

  private evidence(meets: Meeting): (fromMs: number) => number | null {
    const { spec, traffic } = this.input;
    return (fromMs) => evidenceTime({ spec, traffic, meets, fromMs });
  }
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
