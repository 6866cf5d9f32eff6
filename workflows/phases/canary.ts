import { condition, patched } from '@temporalio/workflow';
import type { ReceivedCommand } from '../../src/domain/decision.js';
import type { HookMoment } from '../../src/domain/hook-moment.js';
import { phaseAfter } from '../../src/domain/phase.js';
import type { CanaryStep, WeightStep } from '../../src/domain/spec/phases.js';
import { awaitApproval } from '../approvals.js';
import { clearance } from '../clearance.js';
import { firstPercent, isStale, type Move, passage } from '../passage.js';
import { beginPhase, decide, endPhase, groundsOf, now, type Run, update } from '../run.js';
import { scaleUp } from '../scaling.js';
import { isUnattended } from '../shape.js';
import { bake, endGate, isMoved } from '../waits.js';
import { withStage } from '../watching.js';
import { awaitEvidence, isAwaited, longestWait } from './await-evidence.js';

type PauseStep = Extract<CanaryStep, { pause: unknown }>;

/** A weight with the pauses that follow it: a pause belongs to the weight before it. */
interface Stretch {
  readonly step: WeightStep;
  readonly index: number;
  readonly pauses: readonly PauseStep[];
}

/** Weight by weight: set, bake, judge, and pause where the spec says so. A person may move it to another step or weight meanwhile. */
export async function canaryPhase(run: Run): Promise<void> {
  beginPhase(run, 'canary');
  const all = stretches(run.input.spec.phases.canary.steps);
  // After continue-as-new, or in a new attempt: the steps before the one in progress are done.
  const from = run.state.step ?? run.input.from?.step ?? 0;
  let at = all.find(({ index, pauses }) => index + pauses.length >= from);
  while (at !== undefined && !run.inbox.full) {
    await weightStep(run, all, at);
    at = run.inbox.move ? takeMove(run, all, at) : after(run, all, at);
  }
  update(run, { step: null });
  endPhase(run, 'canary', 'passed', `${run.state.stepCount} steps, up to ${run.state.weightPercent} %`, groundsOf(run));
}

function after(run: Run, all: readonly Stretch[], at: Stretch): Stretch | undefined {
  const next = nextOf(run, all, at);
  if (run.state.handWeight != null) update(run, { handWeight: null });
  return next;
}

/** The next weight above the one in force. One that ends in an approval is never passed over: a weight set by hand may be as high already. */
function nextOf({ state }: Run, all: readonly Stretch[], { index, step }: Stretch): Stretch | undefined {
  const weight = state.handWeight ?? step.setWeight;
  const later = all.filter((next) => next.index > index);
  const above = later.find((next) => next.step.setWeight > weight);
  const asking = later.find(({ pauses }) => pauses.some(({ pause }) => 'approval' in pause));
  const isPassedOver = asking !== undefined && (above === undefined || asking.index < above.index);
  return isPassedOver && patched('approval-not-passed-over') ? asking : above;
}

/** Where a person sends it. The step begins anew, also where it is the one in progress. */
function takeMove(run: Run, all: readonly Stretch[], at: Stretch): Stretch | undefined {
  const { move } = run.inbox;
  Object.assign(run.inbox, { move: null, skip: null });
  run.stage = null;
  const target = move?.command === 'jump' ? all.find(({ index }) => index === move.step) : at;
  if (target === undefined) return at;
  update(run, { step: target.index, handWeight: move?.weightPercent ?? null, waiting: null });
  return target;
}

async function weightStep(run: Run, all: readonly Stretch[], at: Stretch): Promise<void> {
  const { step, index } = at;
  const { handWeight } = run.state;
  const weight = handWeight ?? step.setWeight;
  const title = handWeight == null ? `canary ${weight} %` : `canary ${weight} % by hand`;
  if (run.state.step === null || run.state.step < index) update(run, { step: index, reason: title });
  const stage = {
    key: `canary:${index}${handWeight == null ? '' : ` at ${weight}`}`,
    title,
    exposure: { weightPercent: weight, shadowPercent: 0 },
    gate: {
      kind: 'samples',
      minSamples: step.minSamples,
      ...(step.minLabels === undefined ? {} : { minLabels: step.minLabels }),
    },
  } as const;
  await withStage(run, stage, () => tryWeight(run, all, at, title));
}

/** What happens at one weight, from its first request to the next move. */
async function tryWeight(run: Run, all: readonly Stretch[], at: Stretch, title: string): Promise<void> {
  const { step, index, pauses } = at;
  const weight = run.state.handWeight ?? step.setWeight;
  const isPassed = run.stage?.isPassed === true;
  if (run.state.step === index && !isPassed) await analyse(run, step, title);
  for (const [offset, { pause }] of pauses.entries()) {
    const position = index + 1 + offset;
    if (run.inbox.full || isMoved(run) || isPassed) break;
    if (run.state.step !== null && run.state.step > position) continue;
    update(run, { step: position });
    if ('approval' in pause) await awaitApproval(run, pause.approval, `approval at ${weight} %`);
    else if (!isAwaited(run))
      await bake(run, pause.duration, run.state.waiting?.since ?? now(), `pause at ${weight} %`);
    if (!isMoved(run)) endGate(run, `pause at ${weight} %`);
  }
  if (!isPassed && !isMoved(run)) await stillShown(run, at, title);
  if (isMoved(run)) return clearMove(run, all, at);
  if (run.stage) run.stage.isPassed = true;
  const again = isAgreed(at) ? undefined : () => evidence(run, step, title);
  if (isUnattended()) await passage(run, leaving(run, all, at), leadsTo(run, all, at, title), again);
  else await condition(() => run.state.paused === null);
  if (isMoved(run)) return clearMove(run, all, at);
  decide(run, { action: 'advance', reason: `${title} passed`, evidence: groundsOf(run) });
}

/** A raise by hand is a forward move like any other; what lowers the weight waits for nothing. */
async function clearMove(run: Run, all: readonly Stretch[], at: Stretch): Promise<void> {
  let { move } = run.inbox;
  while (move && targetWeight(all, at, move) > run.state.weightPercent) {
    if (run.input.spec.scaling) await scaleUp(run, targetWeight(all, at, move), move);
    await clearance(run, `${move.actor}'s move`, move);
    if (run.inbox.move === move) return;
    ({ move = null } = run.inbox);
  }
}

/** The weight that a move by hand leads to. */
function targetWeight(all: readonly Stretch[], at: Stretch, { command, step, weightPercent }: ReceivedCommand): number {
  const target = command === 'jump' ? all.find(({ index }) => index === step) : at;
  return weightPercent ?? target?.step.setWeight ?? 0;
}

/** Which hooks are asked before the next step, or before what comes after the last. */
function leaving(run: Run, all: readonly Stretch[], at: Stretch): HookMoment[] {
  const next = nextOf(run, all, at);
  return next ? [{ beforeStep: next.index }] : [{ after: 'canary' }, { before: afterCanary(run) }];
}

const afterCanary = ({ input }: Run) => phaseAfter(input.spec.phases, 'canary');

function leadsTo(run: Run, all: readonly Stretch[], at: Stretch, title: string): Move {
  const next = run.inbox.full ? undefined : nextOf(run, all, at);
  const percent = next?.step.setWeight ?? firstPercent(run, afterCanary(run));
  return { name: `the step after ${title}`, percent };
}

/** The least time first, then as long as the evidence takes; past the deadline a person decides. */
async function analyse(run: Run, step: WeightStep, title: string): Promise<void> {
  if (!isAwaited(run)) await bake(run, step.bake, run.stage?.enteredAt ?? now(), title);
  if (!isMoved(run)) await evidence(run, step, title);
}

async function evidence(run: Run, step: WeightStep, title: string): Promise<void> {
  const weight = run.state.handWeight ?? step.setWeight;
  await awaitEvidence(run, { ms: longestWait(step), note: `evidence at ${weight} %` }, title);
  if (!isMoved(run)) endGate(run, title);
}

/** What had been shown before a pause need not hold after it: the store or the collector may have been away since. */
async function stillShown(run: Run, at: Stretch, title: string): Promise<void> {
  if (at.pauses.length === 0 || isAgreed(at) || !(isStale(run) || isAwaited(run))) return;
  if (!patched('evidence-after-pauses')) return;
  await evidence(run, at.step, title);
}

/** A person says yes to it at its end, for what they see then. */
function isAgreed({ pauses }: Stretch): boolean {
  const last = pauses.at(-1);
  return last !== undefined && 'approval' in last.pause;
}

function stretches(steps: readonly CanaryStep[]): Stretch[] {
  const found: { step: WeightStep; index: number; pauses: PauseStep[] }[] = [];
  for (const [index, step] of steps.entries()) {
    if ('setWeight' in step) found.push({ step, index, pauses: [] });
    else found.at(-1)?.pauses.push(step);
  }
  return found;
}
