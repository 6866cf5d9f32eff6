import { SluiceError } from './errors.js';
import { isPlanned, TRIAL_PHASES } from './phase.js';
import type { StartingPoint } from './rollout-start.js';
import type { RolloutState } from './rollout-state.js';
import type { RolloutSpec } from './spec/rollout-spec.js';

/**
 * Where a new attempt begins: where the one before ended, never behind what had passed there.
 * @param before how it ended; null where it left no result
 * @param fromStep a canary step, counted from 0, instead
 * @returns undefined: at the beginning
 * @throws {SluiceError} COMMAND_REFUSED where the one before was promoted, or had not got as far as the step
 */
export function retryPoint(
  spec: RolloutSpec,
  before: RolloutState | null,
  fromStep?: number,
): StartingPoint | undefined {
  if (before?.status === 'promoted') throw refused(`${before.rolloutId} was promoted: there is nothing to try again`);
  if (fromStep !== undefined) return stepPoint(spec, before, fromStep);
  if (before === null) return undefined;
  const { phase } = before;
  const trials = TRIAL_PHASES.filter((trial) => isPlanned(spec.phases, trial));
  // A cutover is not begun with: the weights before it are shown again.
  const last = phase === 'cutover' || phase === 'impact' ? trials.at(-1) : trials.find((trial) => trial === phase);
  if (last === undefined) return undefined;
  return {
    phase: last,
    step: last === 'canary' ? weightStepAt(spec, phase === 'canary' ? (before.step ?? 0) : null) : null,
  };
}

function stepPoint(spec: RolloutSpec, before: RolloutState | null, step: number): StartingPoint {
  const { steps } = spec.phases.canary;
  const wanted = steps[step];
  if (wanted === undefined) throw refused(`there is no step ${step + 1}: the canary has ${steps.length}`);
  if (!('setWeight' in wanted))
    throw refused(`step ${step + 1} is a pause; a retry begins at a step that sets a weight`);
  const reached = before === null ? -1 : reachedStep(spec, before);
  if (step > reached)
    throw refused(
      `step ${step + 1} lies behind what had passed in the attempt before: ${reached < 0 ? 'its canary had not begun' : `it had got to step ${reached + 1}`}`,
    );
  return { phase: 'canary', step };
}

/** The last step that may be begun with; -1 where the canary had not begun. */
function reachedStep(spec: RolloutSpec, { phase, phases, step }: RolloutState): number {
  if (phases.canary.status === 'passed') return spec.phases.canary.steps.length - 1;
  return phase === 'canary' ? (step ?? 0) : -1;
}

/** The step that set the weight in force at a step: a pause has none of its own. Null `step`: the last one. */
function weightStepAt({ phases }: RolloutSpec, step: number | null): number {
  const { steps } = phases.canary;
  const until = steps.slice(0, (step ?? steps.length - 1) + 1);
  return Math.max(
    0,
    until.findLastIndex((one) => 'setWeight' in one),
  );
}

function refused(message: string): SluiceError {
  return new SluiceError('COMMAND_REFUSED', message);
}
