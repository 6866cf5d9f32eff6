import type { CanaryStep } from '../domain/spec/phases.js';
import { shortTime } from './output/time-text.js';

/** What a canary step is, in one line: `25 %  bake 30m, 400 samples`. */
export function stepText(step: CanaryStep): string {
  if ('setWeight' in step) {
    const samples = step.minSamples === 0 ? '' : `, ${step.minSamples} samples`;
    return `${String(step.setWeight).padStart(3)} %  bake ${shortTime(step.bake)}${samples}`;
  }
  if ('duration' in step.pause) return `pause  ${shortTime(step.pause.duration)}`;
  const { approvers, quorum, timeout, onTimeout } = step.pause.approval;
  const who = approvers === undefined ? 'anybody' : approvers.join(', ');
  return `approval  ${quorum} of ${who}; within ${shortTime(timeout)}, else ${onTimeout}`;
}
