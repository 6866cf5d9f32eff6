import type { Decision } from '../../../src/domain/decision.js';
import type { RolloutState, RolloutStatus } from '../../../src/domain/rollout-state.js';
import type { Route } from '../../../src/domain/route.js';
import type { CanaryStep } from '../../../src/domain/spec/phases.js';
import type { RolloutSpec } from '../../../src/domain/spec/rollout-spec.js';
import type { Heard } from './heard.js';

/** All that can be seen of a rollout that has ended. */
export interface Course {
  readonly spec: RolloutSpec;
  readonly result: RolloutState;
  readonly heard: readonly Heard[];
  /** What gateways were set to, in order. */
  readonly routes: readonly Route[];
  readonly decisions: readonly Decision[];
  /** Decision ids that were refused each time they came. */
  readonly refused: readonly string[];
}

/** What must hold, whatever was sent and when. @returns what does not, in words */
export function faultsOf(course: Course): string[] {
  return [
    ...endingFaults(course),
    ...routeFaults(course),
    ...afterStopFaults(course),
    ...limitFaults(course),
    ...ledgerFaults(course),
  ];
}

/** A stop beats whatever else was asked, and the first one counts. */
function endingFaults({ heard, result, decisions }: Course): string[] {
  const stops = heard.slice(0, endOf(heard, result)).map((one) => stopOf(one, decisions));
  const first = stops.findIndex(({ isSure }) => isSure);
  const counted = first === -1 ? stops : stops.slice(0, Math.max(first + 1, afterFirstTask(heard)));
  const allowed = new Set(counted.flatMap(({ outcome }) => (outcome === null ? [] : [outcome])));
  if (first === -1) allowed.add('promoted');
  return allowed.has(result.status) ? [] : [`ended ${result.status}, and not ${[...allowed].join(' or ')}`];
}

/** Up to here no order counts: what came before the first task is given out by the SDK as handlers are set, updates name by name, then signals. */
function afterFirstTask(heard: readonly Heard[]): number {
  const tasks = heard.flatMap(({ kind }, index) => (kind === 'task' ? [index] : []));
  return tasks[1] ?? heard.length;
}

/** Where in what was heard the rollout was over: the task in which a promoted one passed its last phase. */
function endOf(heard: readonly Heard[], { status, phases }: RolloutState): number {
  const endedAt = phases.cutover.endedAt;
  if (status !== 'promoted' || endedAt === null) return heard.length;
  const after = heard.findIndex((one) => one.kind === 'task' && one.at >= Date.parse(endedAt));
  return after === -1 ? heard.length : after;
}

/** What a message would end a rollout as; `isSure` where it can't have been turned away. */
function stopOf(one: Heard, decisions: readonly Decision[]): { outcome: RolloutStatus | null; isSure: boolean } {
  const none = { outcome: null, isSure: false };
  if (one.kind === 'alert') {
    const { status, labels } = one.alert;
    return status === 'firing' && labels['severity'] === 'critical' ? { outcome: 'rolled-back', isSure: true } : none;
  }
  if (one.kind !== 'command') return none;
  if (one.name === 'abort') return { outcome: 'aborted', isSure: true };
  if (one.name === 'rollback') return { outcome: 'rolled-back', isSure: true };
  // Only taken where somebody is asked, and nobody answers a signal.
  if (one.name === 'reject') {
    const isLast = decisions.some(({ action, reason }) => action === 'reject' && reason.endsWith(one.request.reason));
    return isLast || one.via === 'update' ? { outcome: 'rolled-back', isSure: one.via === 'update' } : none;
  }
  return none;
}

const isBaseline = (route: Route) => route.candidate === null && route.baseline.version === 'v1';
const isCutover = (route: Route) => route.candidate === null && route.baseline.version === 'v2';

function routeFaults({ heard, routes, result }: Course): string[] {
  const faults: string[] = [];
  const asked = heard.flatMap((one) => (one.kind === 'route' ? [one.route] : []));
  for (const list of [asked, routes])
    for (const [index, { epoch }] of list.entries())
      if (index > 0 && epoch <= list[index - 1]!.epoch) faults.push(`epoch ${epoch} after ${list[index - 1]!.epoch}`);
  const last = routes.at(-1);
  if (last && result.status === 'promoted' && !isCutover(last))
    faults.push('promoted, and the candidate does not serve');
  if (last && result.status !== 'promoted' && !isBaseline(last)) faults.push(`${result.status}, and not all baseline`);
  if (result.status !== 'promoted' && result.weightPercent !== 0)
    faults.push(`the view says ${result.weightPercent} %`);
  // The first one is the drill.
  const back = routes.findIndex((route, index) => index > 0 && isBaseline(route));
  if (back !== -1 && !routes.slice(back).every(isBaseline)) faults.push('forward again after the way back');
  return faults;
}

/** Once a stop was heard, no route but the way back is asked for. */
function afterStopFaults({ heard, result, decisions }: Course): string[] {
  const end = endOf(heard, result);
  const stop = heard.findIndex((one, index) => index < end && stopOf(one, decisions).isSure);
  if (stop === -1) return [];
  return heard.slice(stop).flatMap((one) => {
    if (one.kind !== 'route' || isBaseline(one.route)) return [];
    return [`epoch ${one.route.epoch} at ${one.route.weightPercent} % asked for after a stop was heard`];
  });
}

const weightsOf = (steps: readonly CanaryStep[]) => steps.map((step) => ('setWeight' in step ? step.setWeight : 0));

/** What was approved, line by line of the ledger; a move back to before an approval needs it anew. */
function limitFaults({ spec, decisions, routes }: Course): string[] {
  const { steps } = spec.phases.canary;
  const found = steps.findIndex((step) => 'pause' in step && 'approval' in step.pause);
  const gate = found === -1 ? steps.length : found;
  const [below, most] = [Math.max(...weightsOf(steps.slice(0, gate))), Math.max(...weightsOf(steps))];
  const faults: string[] = [];
  let [isApproved, wasApproved, isHolding, isFull, isCutoverApproved] = [
    gate === steps.length,
    false,
    false,
    false,
    false,
  ];
  for (const { action, actor, phase, weightPercent, reason, sequence } of decisions) {
    if (action === 'hold') isHolding = true;
    if (action === 'approve' && phase === 'cutover') isCutoverApproved = true;
    if (action === 'approve' && phase === 'canary') {
      if (!isHolding) isApproved = true;
      wasApproved ||= isApproved;
      isHolding = false;
    }
    if (action === 'promote-full') isFull = true;
    if ((action === 'jump' || action === 'set-weight') && actor !== 'sluice') isHolding = false;
    const step = action === 'jump' ? Number(/^to step (\d+)/.exec(reason)?.[1]) - 1 : Number.NaN;
    if (step < gate && gate < steps.length) isApproved = false;
    const limit = isApproved ? most : below;
    if (action === 'set-weight' && actor === 'sluice' && weightPercent > limit)
      faults.push(`line ${sequence}: ${weightPercent} % is above the approved ${limit} %`);
    if (action === 'promote' && actor === 'sluice') {
      if (!isApproved && !isFull) faults.push(`line ${sequence}: cut over without the approval of the canary`);
      if (spec.phases.cutover.approval && !isCutoverApproved)
        faults.push(`line ${sequence}: cut over without its approval`);
    }
  }
  const highest = Math.max(0, ...routes.map((route) => (route.candidate ? route.weightPercent : 0)));
  if (gate < steps.length && !wasApproved && highest > below) faults.push(`${highest} % was set, and nobody approved`);
  return faults;
}

function ledgerFaults({ decisions, refused }: Course): string[] {
  const faults = decisions.flatMap(({ sequence }, index) =>
    sequence === index + 1 ? [] : [`line ${index + 1} has the number ${sequence}`],
  );
  const ids = decisions.flatMap(({ reason, action }) => {
    const id = /\[(\w+)\]$/.exec(reason)?.[1];
    return id === undefined ? [] : [`${action} ${id}`];
  });
  for (const [index, line] of ids.entries())
    if (ids.indexOf(line) !== index) faults.push(`two lines of one decision: ${line}`);
  for (const line of ids)
    if (refused.includes(line.split(' ')[1] ?? '')) faults.push(`a line of what was refused: ${line}`);
  const alerts = decisions.filter(({ action }) => action === 'alert').map(({ reason }) => reason);
  for (const [index, line] of alerts.entries())
    if (alerts.indexOf(line) !== index) faults.push(`two lines of one alert: ${line}`);
  return faults;
}
