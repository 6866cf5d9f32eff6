import { PHASE_TITLES, PHASES, type Phase } from '../../../src/domain/phase.js';
import type { RolloutSpec } from '../../../src/domain/spec/rollout-spec.js';
import type { RolloutDetail } from '../data/types.js';
import { duration } from '../format.js';
import { WordBadge } from '../parts/badge.js';
import { Section } from '../parts/section.js';
import { useNow } from '../parts/time.js';

/** The phases in their order: done, in progress, to come; and the canary's steps. */
export function Timeline({ rollout }: { readonly rollout: RolloutDetail }) {
  return (
    <Section title="Phases" kind="phases">
      <ol class="timeline">
        {PHASES.map((phase) => (
          <Step key={phase} phase={phase} rollout={rollout} />
        ))}
      </ol>
      {rollout.spec !== null && <Steps rollout={rollout} spec={rollout.spec} />}
    </Section>
  );
}

function Step({ phase, rollout }: { readonly phase: Phase; readonly rollout: RolloutDetail }) {
  const { status, startedAt, endedAt, note } = rollout.phases[phase];
  const now = useNow();
  const took = startedAt === null ? null : (endedAt === null ? now : Date.parse(endedAt)) - Date.parse(startedAt);
  return (
    <li class={`phase ${status}`} aria-current={status === 'running' ? 'step' : undefined}>
      <div class="phase-title">{PHASE_TITLES[phase]}</div>
      <WordBadge word={status} /> {took !== null && <span class="faint">{duration(took)}</span>}
      {note !== '' && <p class="note">{note}</p>}
    </li>
  );
}

/** The weights that the canary goes through, and where people are asked. */
function Steps({ rollout, spec }: { readonly rollout: RolloutDetail; readonly spec: RolloutSpec }) {
  // Specs of older rollouts are what they were then.
  const steps = spec.phases?.canary?.steps ?? [];
  const isDone = rollout.phases.canary.status === 'passed';
  return (
    <ol class="steps" aria-label="Canary steps">
      {steps.map((step, at) => {
        const isNow = rollout.step === at;
        const isPast = isDone || (rollout.step !== null && at < rollout.step);
        return (
          <li key={at} class={isNow ? 'now' : isPast ? 'past' : ''} aria-current={isNow ? 'step' : undefined}>
            {'setWeight' in step ? `${step.setWeight} %` : 'approval' in step.pause ? 'approval' : 'pause'}
          </li>
        );
      })}
    </ol>
  );
}
