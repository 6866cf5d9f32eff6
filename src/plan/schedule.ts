import { DAY_MS } from '../domain/duration.js';
import { RUN_PHASES, type RunPhase } from '../domain/phase.js';
import type { CanaryStep, Phases } from '../domain/spec/phases.js';
import type { RolloutSpec } from '../domain/spec/rollout-spec.js';
import type { ExperimentPlan } from '../experiment/plan.js';
import { type Schedule, Timeline, type TimelineInput } from './timeline.js';

export interface ScheduleInput extends TimelineInput {
  readonly experiment: ExperimentPlan | null;
}

/** Phase by phase as the workflow goes: forward moves wait for windows and freezes, steps for their bakes and evidence. */
export function scheduleOf(input: ScheduleInput): Schedule {
  const plan = new Timeline(input);
  for (const phase of RUN_PHASES) PLANNED[phase](plan, input.spec.phases, input);
  return plan.result();
}

/** What each phase adds to the plan. */
const PLANNED: Readonly<Record<RunPhase, (plan: Timeline, phases: Phases, input: ScheduleInput) => void>> = {
  validation: (plan, _, { spec }) => addValidation(plan, spec),
  shadow: (plan, { shadow }) => shadow && addShadow(plan, shadow),
  canary: (plan, { canary }) => addCanary(plan, canary),
  abTest: (plan, { abTest }, { experiment }) => abTest && addExperiment(plan, abTest, experiment),
  cutover: (plan, _, { spec }) => addCutover(plan, spec),
};

type Weight = Extract<CanaryStep, { setWeight: unknown }>;
type Pause = Extract<CanaryStep, { pause: unknown }>['pause'];

function addValidation(plan: Timeline, { initialDelay = 0, phases }: RolloutSpec): void {
  const checks = phases.validation?.checks.length ?? 0;
  plan.add({
    phase: 'validation',
    kind: 'validation',
    title: checks === 0 ? 'validation: servers ready' : `validation: ${checks} checks`,
    leastMs: initialDelay,
    place: { phase: 'validation' },
  });
}

function addShadow(plan: Timeline, { sample, minSamples, maxDuration }: NonNullable<Phases['shadow']>): void {
  const meets = { arm: 'shadow', percent: sample, minSamples } as const;
  const heldBy = plan.move();
  plan.add({
    phase: 'shadow',
    kind: 'shadow',
    title: `shadow ${sample} %`,
    leastMs: 0,
    mostMs: maxDuration,
    shadowPercent: sample,
    place: { phase: 'shadow' },
    meets,
    evidence: plan.evidence(meets),
    heldBy,
  });
}

function addCanary(plan: Timeline, { steps }: Phases['canary']): void {
  const last = steps.findLastIndex((step) => 'setWeight' in step);
  for (const [index, step] of steps.entries())
    if ('pause' in step) addPause(plan, step.pause, index);
    else addWeight(plan, step, index, index === last);
}

function addWeight(plan: Timeline, step: Weight, index: number, isLast: boolean): void {
  const { setWeight: percent, minSamples, minLabels } = step;
  const meets = { arm: 'candidate', percent, minSamples, minLabels } as const;
  const heldBy = plan.move(percent);
  plan.add({
    phase: 'canary',
    kind: 'weight',
    title: `canary ${percent} %`,
    index,
    leastMs: step.bake,
    mostMs: step.maxDuration ?? 10 * step.bake,
    place: { phase: 'canary', step: index, isFirst: index === 0, isLast },
    meets,
    evidence: plan.evidence(meets),
    heldBy,
  });
}

function addPause(plan: Timeline, pause: Pause, index: number): void {
  const common = { phase: 'canary', index } as const;
  if ('approval' in pause) {
    const { approval } = pause;
    plan.add({ ...common, kind: 'approval', title: `approval at ${plan.percent} %`, leastMs: 0, approval });
  } else plan.add({ ...common, kind: 'pause', title: `pause at ${plan.percent} %`, leastMs: pause.duration });
}

function addExperiment(
  plan: Timeline,
  { split, minDuration = 0, maxDuration, minLabels }: NonNullable<Phases['abTest']>,
  experiment: ExperimentPlan | null,
): void {
  const heldBy = plan.move(split);
  // What is not known, or would take longer, ends with the time that is given.
  const planned = Math.min(maxDuration, experiment?.days == null ? maxDuration : experiment.days * DAY_MS);
  const meets = { arm: 'candidate', percent: split, minSamples: 0, minLabels } as const;
  const evidence = plan.evidence(meets);
  plan.add({
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

function addCutover(plan: Timeline, { candidate, baseline, phases: { cutover, impact } }: RolloutSpec): void {
  const { approval, keepBaselineWarm } = cutover;
  if (approval)
    plan.add({ phase: 'cutover', kind: 'approval', title: 'approval of the cutover', leastMs: 0, approval });
  const heldBy = plan.move(100);
  const title = `cutover: ${candidate.version} serves all`;
  const at = plan.add({ phase: 'cutover', kind: 'cutover', title, leastMs: 0, place: { phase: 'cutover' }, heldBy });
  plan.add({ phase: 'cutover', kind: 'warm', title: `${baseline.version} stays warm`, leastMs: keepBaselineWarm });
  if (impact) plan.beside(at, { phase: 'impact', kind: 'impact', title: 'impact analysis', leastMs: impact.after });
}
