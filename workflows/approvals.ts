import { condition, patched } from '@temporalio/workflow';
import { basisOf, voidOnes } from '../src/domain/approval.js';
import type { Waiting } from '../src/domain/rollout-state.js';
import type { Approval } from '../src/domain/spec/phases.js';
import { decide, newestLook, now, type Run, stop, tellOfState, update } from './run.js';
import { begin, isFull, isMoved, remaining } from './waits.js';

/** Asks a person, or several. No answer in time is never a yes: it rolls back, or goes on asking. */
export async function awaitApproval(run: Run, approval: Approval, note: string): Promise<void> {
  const waiting = begin(run, 'approval', approval.timeout, note);
  update(run, { reason: note });
  if (patched('approvals-as-data')) openApproval(run, approval);
  tellOfState(run);
  const answered = await untilApproved(run, approval, waiting, note);
  if (!answered && approval.onTimeout === 'rollback') {
    stop(run, {
      outcome: 'rolled-back',
      reason: `no approval by ${waiting.until}: ${note}`,
      evidence: run.state.evidence,
    });
    return condition(() => false);
  }
  if (!answered) update(run, { waiting: { ...waiting, until: null, note: `${note} (overdue)` } });
  await condition(() => isAnswered(run));
  takeApproval(run);
}

/** Who may say yes, and how many must; what was said before continue-as-new stays. */
function openApproval(run: Run, { approvers, quorum, fourEyes }: Approval): void {
  if (run.state.approval) return;
  const author = fourEyes ? (run.state.startedBy ?? run.input.startedBy) : null;
  update(run, { approval: { approvers: approvers ?? null, quorum, author, given: [] } });
}

/** Waits to the time-out, reminding and escalating on the way. @returns whether there was a yes */
async function untilApproved(run: Run, approval: Approval, waiting: Waiting, note: string): Promise<boolean> {
  const summary = `approval: ${note}`;
  const { remindEvery, escalate } = approval;
  for (;;) {
    const left = remaining(waiting.until ?? now());
    const waited = Date.now() - Date.parse(waiting.since);
    const toEscalation = escalate && !hasEscalated(run, escalate.to) ? Math.max(1, escalate.after - waited) : left;
    const toReminder = remindEvery === undefined ? left : remindEvery - (waited % remindEvery);
    if (await condition(() => isAnswered(run), Math.min(left, toEscalation, toReminder), { summary })) return true;
    if (Date.now() >= Date.parse(waiting.until ?? now())) return false;
    if (escalate && Date.now() - Date.parse(waiting.since) >= escalate.after && !hasEscalated(run, escalate.to))
      widen(run, escalate.to, note);
    else if (remindEvery !== undefined)
      decide(run, { action: 'remind', reason: `${note} waits since ${waiting.since}, until ${waiting.until}` });
  }
}

function hasEscalated(run: Run, to: readonly string[]): boolean {
  const approvers = run.state.approval?.approvers ?? null;
  return approvers === null || to.every((person) => approvers.includes(person));
}

function widen(run: Run, to: readonly string[], note: string): void {
  const { approval } = run.state;
  if (!approval?.approvers) return;
  update(run, { approval: { ...approval, approvers: [...new Set([...approval.approvers, ...to])] } });
  decide(run, { action: 'escalate', reason: `${note}: ${to.join(', ')} may approve as well` });
}

/** An approval is for what its giver saw. Once the verdicts, the weight or the spec are others, it is none. */
export function dropVoidApprovals(run: Run): void {
  const { approval } = run.state;
  if (!approval) return;
  const gone = voidOnes(approval, basisOf(run.input.specDigest, run.state));
  if (gone.length === 0) return;
  run.inbox.approval = null;
  update(run, { approval: { ...approval, given: approval.given.filter((one) => !gone.includes(one)) } });
  const whose = gone.map(({ actor }) => actor).join(', ');
  decide(run, {
    action: 'void',
    reason: `the approval of ${whose} is void: the evidence has changed since`,
    evidence: run.state.evidence,
  });
}

/** What the rules can't decide, a person must: promote this gate, or reject it. */
export async function hold(run: Run, note: string): Promise<void> {
  decide(run, { action: 'hold', reason: note, evidence: newestLook(run) });
  update(run, { reason: note, waiting: { kind: 'hold', since: now(), until: null, note } });
  await holdOn(run);
}

/** The hold in progress, also where the run before this one began it. */
export async function holdOn(run: Run): Promise<void> {
  await condition(() => isAnswered(run));
  takeApproval(run);
}

/** A stop beats an approval, whatever their order. */
const isApproved = (run: Run) => run.inbox.approval !== null && run.state.paused === null && run.inbox.stop === null;

/** Nobody needs to be asked any more. */
const isAnswered = (run: Run) => isApproved(run) || isFull(run) || isMoved(run);

function takeApproval(run: Run): void {
  const given = run.inbox.approval;
  run.inbox.approval = null;
  update(run, { waiting: null, ...(run.state.approval ? { approval: null } : {}) });
  if (given === null) return;
  const { actor, source, reason, subject } = given;
  decide(run, {
    action: 'approve',
    actor,
    source,
    reason: reason || 'approved',
    evidence: run.state.evidence,
    ...(subject === undefined ? {} : { subject }),
  });
}
