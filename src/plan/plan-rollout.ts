import { guardrailAlpha } from '../domain/exposure.js';
import type { Freeze } from '../domain/freeze.js';
import { metricNamed } from '../domain/spec/metric-definition.js';
import type { RolloutSpec } from '../domain/spec/rollout-spec.js';
import { type ExperimentPlan, planExperiment } from '../experiment/plan.js';
import { UNPLANNED_TUNING } from '../experiment/sample-size.js';
import { adviceFor } from './advice.js';
import { armsOf, judgedIn } from './evidence-time.js';
import { type GuardrailQuestion, isTested, planGuardrail } from './guardrails.js';
import { POWER } from './power.js';
import type { PlannedGuardrail, PlannedStep, PlanWarning, RolloutPlan } from './rollout-plan.js';
import { scheduleOf } from './schedule.js';
import type { ScheduledStep } from './timeline.js';
import { type PlanTraffic, requestsBetween } from './traffic.js';

/** A plan is made while somebody waits: beyond so many questions, each counted by its cost, they are left unanswered. */
const MOST_QUESTIONS = 1000;
const COST_OF_PLANNED_LOOKS = 20;
/** Advice asks the same questions again with other numbers, but for the answer yes or no alone. */
const COST_OF_ADVICE = 3;

/**
 * What a rollout will do, when, and what it will be able to see: nothing is asked, changed or stored.
 * @param traffic measured, given or unknown
 * @param nowMs since 1970: when it would start
 * @param freezes of the service, in force or to come; null: nobody knows them here
 * @param serving the version that serves now by the stored route; null: there is none, or nobody knows it here
 */
export function planRollout(
  spec: RolloutSpec,
  traffic: PlanTraffic,
  nowMs: number,
  freezes: readonly Freeze[] | null = null,
  serving: string | null = null,
): RolloutPlan {
  const experiment = experimentOf(spec, traffic);
  const schedule = scheduleOf({ spec, traffic, freezes: freezes ?? [], experiment, nowMs });
  const sight = createSight(spec, traffic, freezes ?? []);
  const seen = schedule.steps.map((one, index) => sight(one, schedule.steps.slice(index + 1)));
  const iso = (at: number | null) => (at === null ? null : new Date(Math.round(at)).toISOString());
  const { source, requestsPerSecond, byHour, since, until } = traffic;
  return {
    service: spec.service,
    owner: spec.owner,
    baseline: spec.baseline.version,
    candidate: spec.candidate.version,
    startsAt: new Date(nowMs).toISOString(),
    earliestEnd: iso(schedule.end.earliest),
    expectedEnd: iso(schedule.end.expected),
    areFreezesKnown: freezes !== null,
    traffic: { source, requestsPerSecond, isByHour: byHour !== null, since, until },
    alpha: guardrailAlpha(spec),
    power: POWER,
    steps: seen.map(({ step }) => step),
    warnings: [
      ...baselineWarning(spec, serving),
      ...general(spec, traffic),
      ...schedule.warnings,
      ...seen.flatMap(({ warnings }) => warnings),
      ...experimentWarning(experiment),
    ],
  };
}

/** A pause belongs to the weight before it: what is seen until the next weight is seen at this one. */
function restOf(later: readonly ScheduledStep[]): { readonly pausesMs: number; readonly untilMs: number | null } {
  const next = later.findIndex(({ step }) => step.kind !== 'pause' && step.kind !== 'approval');
  const pauses = next < 0 ? later : later.slice(0, next);
  return {
    pausesMs: pauses.reduce((sum, { step }) => sum + step.leastMs, 0),
    untilMs: later[next]?.fromMs ?? null,
  };
}

interface Seen {
  readonly step: PlannedStep;
  readonly warnings: readonly PlanWarning[];
}

function createSight(
  spec: RolloutSpec,
  traffic: PlanTraffic,
  freezes: readonly Freeze[],
): (step: ScheduledStep, later: readonly ScheduledStep[]) => Seen {
  const alpha = guardrailAlpha(spec);
  const hasSegments = (spec.traffic?.segments ?? []).length > 0;
  let asked = 0;
  /** Whether there is time left for this. */
  const affords = (questions: readonly GuardrailQuestion[], times: number) => {
    for (const { guardrail } of questions)
      asked += times * (isTested(guardrail) && guardrail.sequential ? COST_OF_PLANNED_LOOKS : 1);
    return asked <= MOST_QUESTIONS;
  };
  return ({ step, meets, fromMs }, later) => {
    if (meets === null) return { step: { ...step, sample: null, guardrails: [] }, warnings: [] };
    const { pausesMs, untilMs } = restOf(later);
    const requests = fromMs === null || untilMs === null ? null : requestsBetween(traffic, fromMs, untilMs);
    const arms = requests === null ? null : armsOf(spec, meets, requests);
    const questions = judgedIn(spec.guardrails, meets.arm).map((guardrail) => ({
      guardrail,
      alpha,
      hasSegments,
      traffic,
      requests: arms,
    }));
    const guardrails = affords(questions, 1) ? questions.map(planGuardrail) : questions.map(unasked);
    const sample = arms && { baseline: whole(arms.baseline), candidate: whole(arms.candidate) };
    const blind = questions.filter((_, index) => guardrails[index]?.isUseful === false && !guardrails[index].isDryRun);
    const warning = requests === null || fromMs === null || blind.length === 0 ? null : warn(step.title, guardrails);
    if (warning === null || requests === null || fromMs === null)
      return { step: { ...step, sample, guardrails }, warnings: [] };
    const help = affords(blind, COST_OF_ADVICE)
      ? adviceFor({ spec, traffic, freezes, step, meets, fromMs, pausesMs, requests, questions: blind })
      : null;
    return { step: { ...step, sample, guardrails }, warnings: [{ ...warning, help }] };
  };
}

function unasked(question: GuardrailQuestion): PlannedGuardrail {
  return {
    ...planGuardrail({ ...question, requests: null }),
    reason: 'not computed: the spec has too many steps and guardrails',
  };
}

/** Without what floating point takes away: 4999.9999 is 5000. */
function whole(requests: number): number {
  return Math.floor(requests + 1e-3);
}

function warn(step: string, guardrails: readonly PlannedGuardrail[]): Omit<PlanWarning, 'help'> {
  const judged = guardrails.filter(({ isDryRun, isUseful }) => !isDryRun && isUseful !== null);
  const blind = judged.filter(({ isUseful }) => isUseful === false);
  const reasons = blind.map(({ name, reason }) => (reason.startsWith(name) ? reason : `${name}: ${reason}`)).join('; ');
  const message =
    blind.length === judged.length
      ? `can't detect anything useful (${reasons})`
      : `${blind.map(({ name }) => name).join(', ')} can't detect anything useful here (${reasons})`;
  return { step, message };
}

/** A rollout refuses to start where another version serves than its spec says. */
function baselineWarning({ service, baseline }: RolloutSpec, serving: string | null): PlanWarning[] {
  if (serving === null || serving === baseline.version) return [];
  const message = `${serving} serves ${service}, and not ${baseline.version}, which the spec names as its baseline: the rollout would fail at once`;
  return [{ step: null, message, help: `baseline: { version: ${serving}, … }` }];
}

function general(spec: RolloutSpec, traffic: PlanTraffic): PlanWarning[] {
  const warnings: PlanWarning[] = [];
  if (traffic.requestsPerSecond === null)
    warnings.push({
      step: null,
      message: `the traffic of ${spec.service} is not known: nothing can be said of samples`,
      help: 'give it by --rps, or ask an api whose record has a day of it',
    });
  else if (traffic.requestsPerSecond === 0)
    warnings.push({ step: null, message: `${spec.service} has no traffic`, help: 'give what is expected by --rps' });
  if (spec.traffic?.audience === 'segments')
    warnings.push({
      step: null,
      message: 'only units of the segments meet the candidate: the samples are at most those shown',
      help: null,
    });
  if (spec.phases.canary.steps.some((step) => 'setWeight' in step && step.setWeight === 100))
    warnings.push({
      step: 'canary 100 %',
      message: 'no request is left to the baseline: guardrails that compare have nothing to compare with',
      help: 'end at 50 %: the cutover goes on from there',
    });
  return warnings;
}

function experimentOf(
  { phases: { abTest }, metrics = [] }: RolloutSpec,
  { forecast }: PlanTraffic,
): ExperimentPlan | null {
  if (!abTest) return null;
  const unknown = (reason: string): ExperimentPlan => ({
    neededPerArm: null,
    days: null,
    powerAtMax: null,
    unitsPerArmAtMax: null,
    tuning: abTest.tuning ?? UNPLANNED_TUNING,
    reason,
    refusal: null,
    warning: null,
  });
  if (abTest.kind === 'interleaving')
    return unknown('which of two rankings users prefer is not known before they meet both: the sample follows from it');
  const primary = metricNamed(abTest.primary, metrics);
  if (primary === undefined || forecast === null)
    return unknown(`the units a day and the ${abTest.primary} of the baseline are not known`);
  return planExperiment(abTest, primary, forecast);
}

function experimentWarning(experiment: ExperimentPlan | null): PlanWarning[] {
  const message = experiment?.refusal ?? experiment?.warning ?? null;
  return message === null ? [] : [{ step: 'A/B', message, help: null }];
}
