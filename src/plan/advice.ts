import { DAY_MS } from '../domain/duration.js';
import type { Freeze } from '../domain/freeze.js';
import type { RolloutSpec } from '../domain/spec/rollout-spec.js';
import { openingFrom } from './calendar.js';
import { armsOf, evidenceTime, type Meeting, stepEnd } from './evidence-time.js';
import { writtenDuration } from './format.js';
import { type GuardrailQuestion, wouldBeUseful } from './guardrails.js';
import type { PlannedStep } from './rollout-plan.js';
import { type PlanTraffic, requestsBetween, timeOfRequests } from './traffic.js';

/** Nobody bakes for longer. */
const LONGEST_BAKE_MS = 14 * DAY_MS;
const MOST_WEIGHT = 50;
const HALVINGS = 7;

export interface BlindStep {
  readonly spec: RolloutSpec;
  readonly traffic: PlanTraffic;
  readonly freezes: readonly Freeze[];
  readonly step: Pick<PlannedStep, 'kind' | 'leastMs' | 'mostMs'>;
  readonly meets: Meeting;
  readonly fromMs: number;
  /** After it, at the same weight. */
  readonly pausesMs: number;
  /** All requests of the service until the next weight. */
  readonly requests: number;
  /** Those that find nothing of use. */
  readonly questions: readonly GuardrailQuestion[];
}

/** What would let a step find something of use. Null where nothing is known to. */
export function adviceFor(blind: BlindStep): string | null {
  if (!(blind.requests > 0)) return null;
  const ways = waysOf(blind, timeThatWouldDo(blind)).filter((way) => way !== null);
  return ways.length === 0 ? null : ways.join(', or ');
}

/** @param ms what the step itself would have to take */
function waysOf(blind: BlindStep, ms: number | null): (string | null)[] {
  const { step, meets, fromMs } = blind;
  const most = step.mostMs ?? Number.POSITIVE_INFINITY;
  const evidenceAt = evidenceTime(blind);
  if (meets.arm === 'shadow') {
    // Only where the deadline ends it do more copies come of a larger sample. Else it ends sooner, with as many copies and a smaller baseline.
    if (evidenceAt === null || evidenceAt - fromMs > most)
      return [meets.percent < 100 ? 'a larger sample' : null, 'a longer maxDuration'];
    return [
      ms === null ? null : samplesIn(blind, ms) + (ms > most ? ` and a maxDuration of ${writtenDuration(ms)}` : ''),
    ];
  }
  if (step.kind === 'ab-test') return [ms === null || ms > most ? null : `a minDuration of ${writtenDuration(ms)}`];
  const isWaiting = evidenceAt !== null && evidenceAt > fromMs + step.leastMs;
  return [
    ms === null ? null : `a bake of ${writtenDuration(ms)}`,
    isWaiting && ms !== null && ms <= most ? samplesIn(blind, ms) : null,
    weightThatWouldDo(blind),
  ];
}

/**
 * Pauses come after it in any case. A wait for a window does not count: a step that is long enough outlasts it.
 * @returns ms; null: longer than anybody bakes
 */
function timeThatWouldDo({ spec, traffic, meets, fromMs, pausesMs, requests, questions }: BlindStep): number | null {
  const does = (times: number) => areUseful(questions, spec, meets, requests * times);
  const timeFor = (times: number) => {
    const at = timeOfRequests(traffic, fromMs, requests * times);
    return at === null ? Number.POSITIVE_INFINITY : at - fromMs - pausesMs;
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
  return ms > LONGEST_BAKE_MS ? null : ms;
}

/** Those that the candidate answers in such a time. */
function samplesIn({ traffic, meets, fromMs }: BlindStep, ms: number): string {
  const requests = requestsBetween(traffic, fromMs, fromMs + ms) ?? 0;
  return `a minSamples of ${Math.ceil((requests * meets.percent) / 100)}`;
}

/** More weight may shorten the step: its samples come sooner. */
function weightThatWouldDo(blind: BlindStep): string | null {
  const { spec, traffic, freezes, step, fromMs, pausesMs, questions } = blind;
  for (let weight = Math.floor(blind.meets.percent) + 1; weight <= MOST_WEIGHT; weight += 1) {
    const meets = { ...blind.meets, percent: weight };
    const end = stepEnd(step, fromMs, evidenceTime({ spec, traffic, meets, fromMs }));
    const { at } = openingFrom(spec.windows ?? null, freezes, end + pausesMs);
    const requests = at === null ? null : requestsBetween(traffic, fromMs, at);
    if (requests !== null && areUseful(questions, spec, meets, requests)) return `a weight of ${weight} %`;
  }
  return null;
}

function areUseful(
  questions: readonly GuardrailQuestion[],
  spec: RolloutSpec,
  meets: Meeting,
  requests: number,
): boolean {
  const arms = armsOf(spec, meets, requests);
  return questions.every((question) => wouldBeUseful(question, arms));
}
