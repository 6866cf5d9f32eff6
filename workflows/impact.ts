import {
  CancellationScope,
  CancelledFailure,
  continueAsNew,
  isCancellation,
  patched,
  setCurrentDetails,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import { verdictOfImpact } from '../src/domain/impact-report.js';
import {
  type ImpactCourse,
  type ImpactState,
  lookTime,
  takeSummary,
  withImpactDefaults,
} from '../src/domain/impact-state.js';
import { observing, persistent, tidying } from './activity-proxies.js';
import { impactDetails } from './details.js';
import { decisionOf, type ImpactInput } from './impact-input.js';
import { observeOnce } from './impact-once.js';
import { impactNamedQuery, impactQuery } from './messages.js';
import { handOver } from './monitor.js';
import { causeOf } from './run.js';
import { isLong } from './shape.js';

/** How long a look is tried before the next one takes its place; the last one has none after it. */
const EARLY_PATIENCE = '1h';
const LAST_PATIENCE = '7d';
/** Between two tries to end the holdback while a rollout owns the service. */
const SHORTEST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 3_600_000;

/** An analysis in motion. */
interface Observation {
  readonly input: ImpactInput;
  readonly state: ImpactState;
  readonly course: ImpactCourse;
  /** Lines of the ledger so far. */
  sequence: number;
}

/**
 * What became of it: business and model metrics after the cutover against what would have been without it, looked at again and again for days or weeks.
 * Whatever ends it ends the holdback as well.
 */
export async function impact(given: ImpactInput): Promise<ImpactState> {
  const input = { ...given, plan: withImpactDefaults(given.plan) };
  const until = new Date(Date.parse(input.cutoverAt) + input.plan.after).toISOString();
  const first: ImpactState = {
    rolloutId: input.rolloutId,
    status: 'observing',
    until,
    verdict: 'inconclusive',
    evidence: [],
  };
  const state = input.carried?.state ?? first;
  setHandler(impactQuery, () => state);
  setHandler(impactNamedQuery, () => state);
  if (!patched('impact-looks')) {
    setCurrentDetails(impactDetails(state));
    return observeOnce(input, state);
  }
  const course = (state.course ??= newCourse(input));
  const observation: Observation = { input, state, course, sequence: input.carried?.sequence ?? 0 };
  try {
    await observe(observation);
    // Where a new run is due, nothing else would hear of it.
    if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('the workflow was cancelled');
  } catch (error) {
    if (!isCancellation(error)) throw error;
    state.status = 'cancelled';
    course.reason = `cancelled; until then: ${course.reason}`;
    await CancellationScope.nonCancellable(() => conclude(observation));
    throw error;
  }
  if (state.status === 'observing') {
    const { sequence } = observation;
    return continueAsNew<typeof impact>({ ...given, carried: { state, sequence } });
  }
  await CancellationScope.nonCancellable(() => conclude(observation));
  return state;
}

function newCourse({ plan }: ImpactInput): ImpactCourse {
  return {
    impact: 'inconclusive',
    reason: 'nothing has been looked at yet',
    looks: 0,
    nextLookAt: null,
    hypothesis: null,
    notes: [],
    holdback: plan.holdback > 0 ? plan.holdback : null,
    harmedAtLook: null,
    incidentId: null,
    done: [],
  };
}

/** Look after look. Returns while still observing where it is time for a new run. */
async function observe(observation: Observation): Promise<void> {
  const { input, state, course } = observation;
  while (state.status === 'observing' && !isLong()) {
    const look = course.looks + 1;
    const { ms, isFinal } = lookTime(input.plan, look);
    const at = Date.parse(input.cutoverAt) + ms;
    course.nextLookAt = new Date(at).toISOString();
    setCurrentDetails(impactDetails(state));
    await sleep(Math.max(1, at - Date.now()), { summary: `look ${look} at ${course.nextLookAt}` });
    await lookOnce(observation, look, isFinal);
    if (isFinal) state.status = 'done';
  }
  if (state.status !== 'observing') course.nextLookAt = null;
}

async function lookOnce(observation: Observation, look: number, isFinal: boolean): Promise<void> {
  const { input, state, course } = observation;
  const { rolloutId, service, candidate, plan, startedAt, cutoverAt, baseline = '', definitions = [] } = input;
  const asked = { rolloutId, service, baseline, candidate, plan, definitions, startedAt, cutoverAt, look, isFinal };
  const options = {
    summary: `look ${look}: ${plan.metrics.join(', ')}`,
    scheduleToCloseTimeout: isFinal ? LAST_PATIENCE : EARLY_PATIENCE,
  } as const;
  try {
    const { summary, gone } = await observing.lookAtImpact.executeWithOptions(options, [asked]);
    if (gone !== null) {
      state.status = 'done';
      course.reason = `${gone}; until then: ${course.reason}`;
      return;
    }
    if (summary !== null) takeSummary(state, course, summary);
  } catch (error) {
    if (isCancellation(error)) throw error;
    course.done = [...course.done, `look ${look} could not be taken: ${causeOf(error)}`];
  }
  course.looks = look;
  state.verdict = verdictOfImpact(course.impact);
  if (course.impact === 'harmed' && course.harmedAtLook === null) await actOnHarm(observation, look);
}

/** Once, at the first look that finds it. */
async function actOnHarm(observation: Observation, look: number): Promise<void> {
  const { input, state, course } = observation;
  const { rolloutId, service, candidate, plan, notify = [] } = input;
  course.harmedAtLook = look;
  if (plan.onHarm !== 'note') {
    const isToGoBack = plan.onHarm === 'rollback';
    const harm = {
      rolloutId,
      service,
      candidate,
      look,
      reason: course.reason,
      evidence: state.evidence,
      isToGoBack,
      notify,
    };
    const options = { summary: isToGoBack ? 'harm: roll back' : 'harm: open an incident' };
    const { incidentId, words, errands } = await observing.actOnHarm.executeWithOptions(options, [harm]);
    course.incidentId = incidentId;
    course.done = [...course.done, words];
    for (const errand of errands) await handOver(errand);
  }
  await record(observation, `harm at look ${look}: ${course.reason}`);
}

/** Ends the holdback and writes down what has come of it. */
async function conclude(observation: Observation): Promise<void> {
  const { state, course } = observation;
  if (course.holdback !== null) await endHoldback(observation);
  setCurrentDetails(impactDetails(state));
  await record(observation, course.reason);
  setCurrentDetails(impactDetails(state));
}

/** A rollout that runs meanwhile owns the epochs; its first route ends the holdback, and if it ends without one, this does. */
async function endHoldback({ input, course }: Observation): Promise<void> {
  const { rolloutId, service, scaling } = input;
  for (let waitMs = SHORTEST_WAIT_MS; ; waitMs = Math.min(LONGEST_WAIT_MS, 2 * waitMs)) {
    const options = { summary: 'end the holdback' };
    const { result, words } = await observing.endHoldback.executeWithOptions(options, [{ rolloutId, service }]);
    if (result !== 'busy') {
      course.done = [...course.done, words];
      break;
    }
    await sleep(waitMs, { summary: words });
  }
  course.holdback = null;
  if (scaling?.scaling.baseline === undefined) return;
  const words = `replicas of ${scaling.baseline.version}`;
  await tidying.scaleDown.executeWithOptions({ summary: words }, [scaling, 'baseline']).catch((error: unknown) => {
    course.done = [...course.done, `${words} are kept: ${causeOf(error)}`];
  });
}

async function record(observation: Observation, reason: string): Promise<void> {
  observation.sequence += 1;
  await persistent.recordDecisions([decisionOf(observation.state, observation.sequence, reason)]);
}
