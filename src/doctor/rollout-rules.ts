import { DAY_MS, HOUR_MS } from '../domain/duration.js';
import type { RolloutState } from '../domain/rollout-state.js';
import type { AppliedRoute } from '../domain/route.js';
import type { RunningRollout, ServiceFacts } from './facts.js';
import type { Finding } from './finding.js';
import { describeRoute } from './route-rules.js';

const LONGEST_WAIT_MS = DAY_MS;
/** Two in a row may be a restart. */
const MANY_FAILURES = 3;
/** A view is recorded in the background, and the store may be slow. */
const LONGEST_RECORDING_MS = 30_000;

/** Gateways that really serve another weight than the workflow says. */
export function weightFindings({ service, applied, running }: ServiceFacts): Finding[] {
  if (!running) return [];
  const said = knownState(running);
  // A view may be older than the search attributes, which the workflow itself sets.
  const weight = running.state.kind === 'read' ? running.state.value.weightPercent : running.weightPercent;
  if (weight === null) return [];
  return applied.flatMap((one): Finding[] => {
    const served = servedWeight(one, said?.candidate);
    if (served === weight) return [];
    return [
      {
        code: 'weight-differs',
        severity: 'error',
        service,
        problem: `the workflow of ${running.rolloutId} says ${weight} %, ${one.gatewayId} really serves ${served} % of its candidate: ${causeOf(one, running)}`,
        remedy: isTaken(one, running)
          ? `sluice rollback ${service}`
          : `sluice get ${service} --watch (a watch restores it; else: sluice rollback ${service})`,
      },
    ];
  });
}

/** After the cutover the candidate is the baseline of the route. */
function servedWeight({ route, effectiveWeightPercent }: AppliedRoute, candidate: string | undefined): number {
  const isCutOver = route.candidate === null && candidate !== undefined && route.baseline.version === candidate;
  return isCutOver ? 100 : effectiveWeightPercent;
}

/** Whether somebody else has set the route since. */
function isTaken({ route }: AppliedRoute, { rolloutId, state }: RunningRollout): boolean {
  return route.rolloutId !== rolloutId || (state.kind === 'read' && route.epoch > state.value.epoch);
}

function causeOf(applied: AppliedRoute, running: RunningRollout): string {
  const { route, trip, leaseRemainingMs } = applied;
  if (trip) return `the brake of ${trip.gatewayId} has tripped`;
  if (isTaken(applied, running)) return `somebody else set ${describeRoute(route)}`;
  if (leaseRemainingMs === 0) return 'its lease has run out';
  return `it holds ${describeRoute(route)}`;
}

/** A workflow that does not answer although a worker polls is stuck; without a worker, none can answer. */
export function workflowFindings({ service, running }: ServiceFacts): Finding[] {
  if (!running || running.state.kind === 'read') return [];
  const problem = `the workflow of ${running.rolloutId} does not answer: ${running.state.error}`;
  const remedy = `temporal workflow describe --workflow-id rollout/${service} (without a worker: sluice worker)`;
  return [{ code: 'workflow-silent', severity: 'warning', service, problem, remedy }];
}

/** Activities are retried for ever: what has failed this often needs somebody. */
export function activityFindings({ service, running }: ServiceFacts): Finding[] {
  return (running?.failing ?? [])
    .filter(({ failures }) => failures >= MANY_FAILURES)
    .map(({ name, failures, error }) => ({
      code: 'activity-fails',
      severity: 'warning',
      service,
      problem: `${name} of ${running?.rolloutId} has failed ${failures} times: ${error}`,
      remedy: `mend what it names, it is tried on and on (temporal workflow describe --workflow-id rollout/${service}); or: sluice abort ${service}`,
    }));
}

/** Rollouts that have waited for a person for more than a day. */
export function waitFindings({ service, at, running }: ServiceFacts): Finding[] {
  const state = running ? knownState(running) : null;
  if (state === null) return [];
  const { waiting, paused, rolloutId } = state;
  const asked = waiting !== null && (waiting.kind === 'approval' || waiting.kind === 'hold') ? waiting : null;
  const found: Finding[] = [];
  const report = (since: string, words: string, remedy: string) => {
    const waitedMs = Date.parse(at) - Date.parse(since);
    if (waitedMs <= LONGEST_WAIT_MS) return;
    const problem = `${rolloutId} has waited for a person for ${Math.floor(waitedMs / HOUR_MS)} h, since ${since}: ${words}`;
    found.push({ code: 'waits-long', severity: 'warning', service, problem, remedy });
  };
  if (asked) report(asked.since, asked.note, `sluice approve ${service} (or: sluice reject ${service})`);
  if (paused) report(paused.at, `paused by ${paused.actor}: ${paused.reason}`, `sluice resume ${service}`);
  return found;
}

/** What the store keeps of a rollout, where it lags behind the workflow for longer than a recording takes. */
export function viewFindings({ service, at, running }: ServiceFacts): Finding[] {
  if (!running || running.state.kind === 'unread' || running.view.kind === 'unread') return [];
  const [state, view] = [running.state.value, running.view.value];
  const isRecent = Date.parse(at) - Date.parse(state.updatedAt) < LONGEST_RECORDING_MS;
  if (isRecent || (view !== null && view.revision >= state.revision)) return [];
  const keeps = view === null ? 'no view' : `revision ${view.revision} of ${view.updatedAt}`;
  return [
    {
      code: 'view-behind',
      severity: 'warning',
      service,
      problem: `the store keeps ${keeps} of ${state.rolloutId}, its workflow is at revision ${state.revision} of ${state.updatedAt}`,
      remedy: 'see why the worker can not write to DATABASE_URL (its log); the workflow records the rest once it can',
    },
  ];
}

/** What the workflow says, else what the store keeps of it. */
function knownState({ state, view }: RunningRollout): RolloutState | null {
  if (state.kind === 'read') return state.value;
  return view.kind === 'read' ? view.value : null;
}
