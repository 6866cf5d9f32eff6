import { allHandlersFinished, CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import { type GroupState, type GroupWave, isThrough, memberHasFailed } from '../src/domain/group-state.js';
import { handleGroupMessages } from './group/handlers.js';
import type { GroupInput, GroupWaveInput } from './group/input.js';
import { runMember } from './group/members.js';
import { publishGroup } from './group/publish.js';
import {
  allMembers,
  decideGroup,
  type GroupRun,
  onTheWay,
  openGroup,
  skipRest,
  stopGroup,
  updateGroup,
} from './group/run.js';
import { pauseAfter, settleFailures } from './group/waits.js';
import { causeOf } from './run.js';

/**
 * Rollouts of several services, wave after wave, each a child of its own. Called off, its members roll back by themselves; what was
 * promoted stays. Ends once all that it started have ended.
 */
export async function rolloutGroup(input: GroupInput): Promise<GroupState> {
  const run = openGroup(input);
  handleGroupMessages(run);
  const { flushed } = publishGroup(run);
  const count = allMembers(run.state).length;
  decideGroup(run, {
    action: 'start',
    actor: input.startedBy,
    source: 'client',
    reason: `${count} ${count === 1 ? 'rollout' : 'rollouts'} in ${input.waves.length} ${input.waves.length === 1 ? 'wave' : 'waves'}`,
  });

  // A cancelled scope asks its children to end too.
  const members = new CancellationScope();
  const finished = members.run(() => runWaves(run));
  try {
    await Promise.race([finished, condition(() => run.stop !== null)]);
  } catch (error) {
    stopGroup(run, 'aborted', isCancellation(error) ? 'the workflow was cancelled' : causeOf(error));
  }
  await CancellationScope.nonCancellable(async () => {
    if (run.stop !== null) callOff(run, members);
    await finished.catch(() => undefined);
    await Promise.all(run.members);
    close(run);
    await flushed();
    await condition(allHandlersFinished);
  });
  return run.state;
}

async function runWaves(run: GroupRun): Promise<void> {
  for (const [index, plan] of run.input.waves.entries()) {
    const wave = run.state.waves[index];
    if (wave === undefined) continue;
    await runWave(run, wave, plan);
    if (index === run.input.waves.length - 1) break;
    await settleFailures(run);
    if (plan.pause) await pauseAfter(run, wave.name, plan.pause);
  }
  // After the last barrier some may still be warm, and can still roll back.
  await Promise.all(run.members);
}

async function runWave(run: GroupRun, wave: GroupWave, { members }: GroupWaveInput): Promise<void> {
  wave.status = 'running';
  updateGroup(run, { wave: wave.name, reason: `wave ${wave.name} began` });
  for (const [index, start] of members.entries()) {
    const member = wave.members[index];
    if (member === undefined) continue;
    await untilRoom(run);
    run.members.push(runMember(run, member, start));
  }
  await condition(() => wave.members.every(({ status }) => isThrough(status, wave.barrier)));
  const failed = wave.members.filter(({ status }) => memberHasFailed(status)).length;
  wave.status = failed === 0 ? 'passed' : 'failed';
  const found = failed === 0 ? 'all are through' : `${failed} of ${members.length} did not end well`;
  decideGroup(run, { action: 'advance', reason: `wave ${wave.name}: ${found}` });
}

/** A stopped group starts nothing more; a held one waits for a person. */
async function untilRoom(run: GroupRun): Promise<void> {
  do {
    await settleFailures(run);
    await condition(() => onTheWay(run.state) < run.input.maxParallel || run.unsettled.length > 0);
  } while (run.unsettled.length > 0);
  if (run.stop !== null) await condition(() => false);
}

function callOff(run: GroupRun, members: CancellationScope): void {
  if (run.stop === null) return;
  skipRest(run);
  decideGroup(run, run.stop.line);
  updateGroup(run, { reason: run.stop.line.reason });
  members.cancel();
}

function close(run: GroupRun): void {
  const { stop, state } = run;
  if (stop !== null) return updateGroup(run, { status: stop.outcome, reason: stop.line.reason });
  const members = allMembers(state);
  const promoted = members.filter(({ status }) => status === 'promoted').length;
  const status = promoted === members.length ? 'promoted' : 'partial';
  updateGroup(run, { status, waiting: null, reason: `${promoted} of ${members.length} are promoted` });
}
