import { patched } from '@temporalio/workflow';
import type { Phase } from '../../src/domain/phase.js';
import type { Waiting } from '../../src/domain/rollout-state.js';
import type { WeightStep } from '../../src/domain/spec/phases.js';
import { isExhausted } from '../../src/domain/verdict.js';
import { hold, holdOn } from '../approvals.js';
import { endPhase, groundsOf, isShown, missing, newestLook, type Run } from '../run.js';
import { isCutShort, isMoved, waitFor } from '../waits.js';

/** How long evidence may take after the bake, ms; past it a person decides. */
export function longestWait({ bake, maxDuration = 10 * bake }: WeightStep): number {
  return Math.max(maxDuration - bake, 1);
}

/** Whether the run before this one had got so far: it waited for evidence, or for a person because there was none. */
export function isAwaited({ state: { waiting } }: Run): boolean {
  return (waiting?.kind === 'samples' || waiting?.kind === 'hold') && patched('waits-carried');
}

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
  await hold(run, `${title} is inconclusive: ${missing(run) || 'nothing was measured'}`);
}

/** A phase is through, by the look that showed it. */
export function endOnEvidence(run: Run, phase: Phase): void {
  const grounds = groundsOf(run);
  const [gate] = run.stage?.gate ? grounds : [];
  endPhase(run, phase, 'passed', gate?.reason ?? '', grounds);
}
