import type { RolloutSpec } from '../domain/spec/rollout-spec.js';
import { writtenDuration } from './format.js';
import { type GuardrailQuestion, wouldBeUseful } from './guardrails.js';
import type { ArmSizes } from './power.js';
import { baselinePercent } from './schedule.js';
import { type PlanTraffic, timeOfRequests } from './traffic.js';

/** Nobody bakes for longer. */
const LONGEST_BAKE_MS = 14 * 86_400_000;
const MOST_WEIGHT = 50;
const HALVINGS = 7;

export interface BlindStep {
  readonly spec: RolloutSpec;
  readonly traffic: PlanTraffic;
  readonly fromMs: number;
  readonly percent: number;
  /** All requests of the service in the step's time. */
  readonly requests: number;
  /** Those that find nothing of use. */
  readonly questions: readonly GuardrailQuestion[];
}

/** What would let a step find something of use: a longer bake, or more weight. Null where neither would. */
export function adviceFor(step: BlindStep): string | null {
  if (!(step.requests > 0)) return null;
  const ways = [bakeThatWouldDo(step), weightThatWouldDo(step)].filter((way) => way !== null);
  return ways.length === 0 ? null : ways.join(', or ');
}

function bakeThatWouldDo({ spec, traffic, fromMs, percent, requests, questions }: BlindStep): string | null {
  const does = (times: number) => areUseful(questions, armsOf(spec, requests * times, percent));
  const timeFor = (times: number) => {
    const at = timeOfRequests(traffic, fromMs, requests * times);
    return at === null ? Number.POSITIVE_INFINITY : at - fromMs;
  };
  let [low, high] = [1, 2];
  while (!does(high)) {
    if (timeFor(high) > LONGEST_BAKE_MS) return null;
    low = high;
    high *= 2;
  }
  for (let halving = 0; halving < HALVINGS; halving += 1) {
    const middle = (low + high) / 2;
    if (does(middle)) high = middle;
    else low = middle;
  }
  const ms = timeFor(high);
  return ms > LONGEST_BAKE_MS ? null : `a bake of ${writtenDuration(ms)}`;
}

function weightThatWouldDo({ spec, percent, requests, questions }: BlindStep): string | null {
  for (let weight = Math.floor(percent) + 1; weight <= MOST_WEIGHT; weight += 1)
    if (areUseful(questions, armsOf(spec, requests, weight))) return `a weight of ${weight} %`;
  return null;
}

/** Of so many requests to the service, those that each arm answers. */
export function armsOf(spec: RolloutSpec, requests: number, percent: number): ArmSizes {
  return { baseline: (requests * baselinePercent(spec, percent)) / 100, candidate: (requests * percent) / 100 };
}

function areUseful(questions: readonly GuardrailQuestion[], arms: ArmSizes): boolean {
  return questions.every((question) => wouldBeUseful(question, arms));
}
