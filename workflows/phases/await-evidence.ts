import { patched } from '@temporalio/workflow';
import type { Phase } from '../../src/domain/phase.js';
import type { Waiting } from '../../src/domain/rollout-state.js';
import { isExhausted } from '../../src/domain/verdict.js';
import { hold, holdOn } from '../approvals.js';
import { endPhase, groundsOf, newestLook, type Run } from '../run.js';
import { isCutShort, isMoved, waitFor } from '../waits.js';

/** Whether guardrails and gate both say pass. */
export const isShown = (run: Run) => run.state.verdict === 'pass' && run.stage?.gate?.verdict === 'pass';

/**
 * Waits for enough evidence to move on. A person decides where it does not come in time, where a guardrail has been without a verdict for
 * longer than it allows, or where an evaluation has come to nothing.
 */
export async function awaitEvidence(run: Run, wait: { ms: number; note: string }, title: string): Promise<void> {
  await untilShown(run, wait, title);
  const { stage } = run;
  if (!stage || isMoved(run)) return;
  stage.grounds = isShown(run) && stage.turn ? stage.turn : newestLook(run);
  if (!isShown(run)) stage.isDecided = true;
}

async function untilShown(run: Run, wait: { ms: number; note: string }, title: string): Promise<void> {
  const kind: Waiting['kind'] = 'samples';
  if (run.state.waiting?.kind === 'hold' && patched('waits-carried')) return holdOn(run);
  if (isCutShort(run)) return;
  const held = await waitFor(run, { kind, ...wait }, () => isShown(run) || isExhausted(newestLook(run)));
  if (isCutShort(run)) return;
  if (held && (isShown(run) || !isExhausted(newestLook(run)))) return;
  await hold(run, `${title} is inconclusive: ${inconclusiveReasons(run)}`);
}

/** A phase is through, by the look that showed it. */
export function endOnEvidence(run: Run, phase: Phase): void {
  const grounds = groundsOf(run);
  const [gate] = run.stage?.gate ? grounds : [];
  endPhase(run, phase, 'passed', gate?.reason ?? '', grounds);
}

/** What the evidence still lacks, in one line. */
function inconclusiveReasons(run: Run): string {
  return (
    newestLook(run)
      .filter((e) => e.verdict === 'inconclusive')
      .map((e) => e.reason)
      .join('; ') || 'nothing was measured'
  );
}
