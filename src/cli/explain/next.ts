import { isPlanned, PHASE_TITLES, PHASES } from '../../domain/phase.js';
import type { RolloutState } from '../../domain/rollout-state.js';
import type { RolloutSpec } from '../../domain/spec/rollout-spec.js';
import { stepText } from '../step-text.js';

/** What the rollout does once nothing holds it: the next step, or the next phase that the spec has. Null: nothing is left but its end. */
export function nextOf(state: RolloutState, spec: RolloutSpec | null): string | null {
  return nextStep(state, spec) ?? nextPhase(state, spec);
}

function nextStep({ phase, step, stepCount }: RolloutState, spec: RolloutSpec | null): string | null {
  if (phase !== 'canary' || step === null || step + 1 >= stepCount) return null;
  const next = spec?.phases.canary.steps[step + 1];
  return `step ${step + 2} of ${stepCount}${next === undefined ? '' : `: ${stepText(next).replaceAll(/ +/g, ' ').trim()}`}`;
}

function nextPhase({ phase, phases }: RolloutState, spec: RolloutSpec | null): string | null {
  const later = PHASES.slice(PHASES.indexOf(phase) + 1);
  const next = later.find((one) => phases[one].status === 'pending' && (spec === null || isPlanned(spec.phases, one)));
  return next === undefined ? null : PHASE_TITLES[next];
}
