import { useState } from 'preact/hooks';
import type { RolloutSpec } from '../../../src/domain/spec/rollout-spec.js';
import { Section } from '../parts/section.js';

/** What was asked for, as the rollout reads it: durations in milliseconds. */
export function Spec({ spec }: { readonly spec: RolloutSpec | null }) {
  const [isOpen, setOpen] = useState(false);
  if (spec === null) return null;
  return (
    <Section title="Spec">
      <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>Show, with durations in milliseconds</summary>
        {isOpen && (
          <pre tabIndex={0} role="region" aria-label="Spec">
            {JSON.stringify(spec, null, 2)}
          </pre>
        )}
      </details>
    </Section>
  );
}
