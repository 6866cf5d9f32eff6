import { condition } from '@temporalio/workflow';
import { type Run, stop } from './run.js';

/** Rolls back what has not moved for too long, wherever it is stuck. Runs until the phases end. */
export async function watchProgress(run: Run): Promise<void> {
  const { progressDeadline: deadline } = run.input.spec;
  if (deadline === undefined) return;
  for (;;) {
    await condition(() => !isExcused(run));
    const place = placeOf(run);
    const moved = () => isExcused(run) || placeOf(run) !== place;
    if (await condition(moved, deadline, { summary: `progress deadline in ${place}` })) continue;
    return stop(run, {
      outcome: run.state.phases.validation.status === 'passed' ? 'rolled-back' : 'failed',
      reason: `no progress within ${deadline} ms in ${place}`,
      evidence: run.state.evidence,
    });
  }
}

/** Where time that passes is nobody's fault: people think, somebody holds it, or nothing is left to be done. */
function isExcused({ state }: Run): boolean {
  const kind = state.waiting?.kind;
  const waitsForPeople = kind === 'approval' || kind === 'hold' || kind === 'confirm';
  const isHeld = kind === 'freeze' || kind === 'delay' || kind === 'warm-baseline';
  return state.paused !== null || waitsForPeople || isHeld;
}

const placeOf = ({ state }: Run) =>
  `${state.phase}${state.step === null ? '' : `, step ${state.step + 1}`}${state.handWeight == null ? '' : ` at ${state.handWeight} %`}`;
