import { describeApproval } from '../../../src/domain/approval.js';
import { isAsking } from '../../../src/domain/commands.js';
import type { RolloutDetail } from '../data/types.js';
import { percent, reasonOf } from '../format.js';
import { WordBadge } from '../parts/badge.js';
import { Section } from '../parts/section.js';
import { At, Countdown } from '../parts/time.js';
import { CommandButton } from './command-button.js';

/** The question that is open, and what a yes would be a yes to. Nothing where nobody is asked. */
export function Approval({ rollout, onActed }: { readonly rollout: RolloutDetail; readonly onActed: () => void }) {
  const { waiting, approval, models } = rollout;
  if (!isAsking(rollout) || waiting === null) return null;
  return (
    <Section
      title={waiting.kind === 'hold' ? 'A decision is needed' : 'Approval is asked for'}
      kind="asking"
      aside={waiting.until !== null && <Countdown until={waiting.until} />}
    >
      <p>{waiting.note}</p>
      {approval && <p>{describeApproval(approval)}</p>}
      <Basis rollout={rollout} />
      {models && (
        <p class="small">
          Artifacts: candidate <code>{models.candidate?.digest ?? 'not registered'}</code>, baseline{' '}
          <code>{models.baseline?.digest ?? 'not registered'}</code>
        </p>
      )}
      {approval && approval.given.length > 0 && (
        <ul>
          {approval.given.map(({ actor, at, reason }) => (
            <li key={actor}>
              {actor} approved, <At at={at} />
              {reason !== '' && `: ${reason}`}
            </li>
          ))}
        </ul>
      )}
      <div class="buttons">
        <CommandButton command="approve" rollout={rollout} onActed={onActed} kind="primary" />
        <CommandButton command="reject" rollout={rollout} onActed={onActed} kind="danger" />
      </div>
    </Section>
  );
}

/** The evidence, in the words that the approval is bound to. */
function Basis({ rollout: { weightPercent, evidence, candidate } }: { readonly rollout: RolloutDetail }) {
  return (
    <>
      <p>
        The evidence: {candidate} at {percent(weightPercent)} of the traffic,{' '}
        {evidence.length === 0 ? 'nothing judged yet' : `${evidence.length} guardrails`}
      </p>
      <ul class="basis">
        {evidence.map(({ metric, segment, verdict, reason, dryRun }) => (
          <li key={`${metric} ${segment ?? ''}`}>
            <WordBadge word={verdict} /> <b>{metric}</b>
            {segment !== undefined && ` (${segment})`}
            {dryRun && ' (dry run)'} <span class="faint">{reasonOf({ metric, reason })}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
