import { condition, sleep } from '@temporalio/workflow';
import type { GroupApproval, GroupSpec } from '../../src/domain/spec/group-spec.js';
import { now } from '../run.js';
import { lineOf } from './handlers.js';
import { decideGroup, type GroupRun, stopGroup, updateGroup } from './run.js';

type Pause = NonNullable<GroupSpec['waves'][number]['pause']>;

/** Lets time pass between two waves, or asks a person. */
export async function pauseAfter(run: GroupRun, wave: string, pause: Pause): Promise<void> {
  if ('approval' in pause) return askAfter(run, wave, pause.approval);
  const note = `pause after wave ${wave}`;
  updateGroup(run, { waiting: { kind: 'pause', since: now(), until: inMs(pause.duration), note }, reason: note });
  await sleep(pause.duration, { summary: note });
  updateGroup(run, { waiting: null });
}

/** No answer in time is never a yes: it ends the group, or goes on asking. */
async function askAfter(run: GroupRun, wave: string, approval: GroupApproval): Promise<void> {
  const { approvers, quorum, fourEyes, timeout, onTimeout } = approval;
  const note = `approval after wave ${wave}`;
  const waiting = { kind: 'approval', since: now(), until: inMs(timeout), note } as const;
  const author = fourEyes ? run.input.startedBy : null;
  updateGroup(run, {
    waiting,
    approval: { approvers: approvers ?? null, quorum, author, given: [] },
    reason: note,
  });
  const answered = await condition(() => isApproved(run), timeout, { summary: note });
  if (!answered && onTimeout === 'abort') {
    stopGroup(run, 'aborted', `no ${note} by ${waiting.until}`);
    return condition(() => false);
  }
  if (!answered) updateGroup(run, { waiting: { ...waiting, until: null, note: `${note} (overdue)` } });
  await condition(() => isApproved(run));
  takeApproval(run);
}

/** What has become of members that did not end well, a person must decide: the others go on without them, or not. */
export async function settleFailures(run: GroupRun): Promise<void> {
  while (run.unsettled.length > 0) {
    const { length } = run.unsettled;
    const note = run.unsettled.join('; ');
    updateGroup(run, { waiting: { kind: 'hold', since: now(), until: null, note }, reason: note });
    await condition(() => isApproved(run) || run.unsettled.length > length);
    // The yes is for what could be seen; what has failed meanwhile is asked for anew.
    if (!isApproved(run)) continue;
    run.unsettled = run.unsettled.slice(length);
    takeApproval(run);
  }
}

/** A stop beats an approval, whatever their order. */
function isApproved(run: GroupRun): boolean {
  return run.approval !== null && run.stop === null;
}

function takeApproval(run: GroupRun): void {
  const given = run.approval;
  run.approval = null;
  updateGroup(run, { waiting: null, approval: null });
  if (given !== null) decideGroup(run, { ...lineOf(given), action: 'approve', reason: given.reason || 'approved' });
}

function inMs(ms: number): string {
  return new Date(Date.now() + ms).toISOString();
}
