import type { Waiting } from '../../src/domain/rollout-state.js';
import { isExhausted } from '../../src/domain/verdict.js';
import { hold } from '../approvals.js';
import type { Run } from '../run.js';
import { isCutShort, waitFor } from '../waits.js';

/** What counts here: the guardrails, and what the stretch itself is to show. */
const all = ({ state, stage }: Run) => [...state.evidence, ...(stage?.gate ? [stage.gate] : [])];

/** Whether guardrails and gate both say pass. */
const passed = (run: Run) => run.state.verdict === 'pass' && run.stage?.gate?.verdict === 'pass';

/**
 * Waits for enough evidence to move on. A person decides where it does not come in time, where a guardrail has been without a verdict for
 * longer than it allows, or where an evaluation has come to nothing.
 */
export async function awaitEvidence(run: Run, wait: { ms: number; note: string }, title: string): Promise<void> {
  const kind: Waiting['kind'] = 'samples';
  if (isCutShort(run)) return;
  const held = await waitFor(run, { kind, ...wait }, () => passed(run) || isExhausted(all(run)));
  if (isCutShort(run)) return;
  if (held && (passed(run) || !isExhausted(all(run)))) return;
  await hold(run, `${title} is inconclusive: ${inconclusiveReasons(run)}`);
}

/** What the evidence still lacks, in one line. */
function inconclusiveReasons(run: Run): string {
  return (
    all(run)
      .filter((e) => e.verdict === 'inconclusive')
      .map((e) => e.reason)
      .join('; ') || 'nothing was measured'
  );
}
