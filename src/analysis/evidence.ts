import type { MetricGuardrail } from '../domain/spec/guardrail.js';
import type { ArmEvidence, Evidence } from '../domain/verdict.js';

/** The rule of evidence that blames neither version. */
export const ENVIRONMENT = 'environment';

/** What every guardrail's evidence has in common. */
export type EvidenceFrame = Pick<
  Evidence,
  'metric' | 'baseline' | 'candidate' | 'margin' | 'rule' | 'alpha' | 'dryRun'
>;

export function evidenceFrame(
  guardrail: MetricGuardrail,
  alpha: number,
  baseline: ArmEvidence,
  candidate: ArmEvidence,
): EvidenceFrame {
  const { metric, margin, dryRun, sequential } = guardrail;
  const rule = sequential ? 'group-sequential' : 'confidence-sequence';
  return { metric, margin, dryRun, rule, alpha, baseline, candidate };
}

/** No verdict yet, and why. */
export function inconclusive(frame: EvidenceFrame, why: string): Evidence {
  return { ...frame, verdict: 'inconclusive', reason: `${frame.metric}: ${why}`, difference: null, bound: null };
}

/** The evidence where an arm has too few samples to be judged; undefined where both have enough. */
export function tooFewSamples(guardrail: MetricGuardrail, frame: EvidenceFrame): Evidence | undefined {
  const [arm, { samples }] =
    frame.candidate.samples <= frame.baseline.samples ? ['candidate', frame.candidate] : ['baseline', frame.baseline];
  if (samples >= guardrail.minSamples) return undefined;
  return inconclusive(frame, `${samples} of at least ${guardrail.minSamples} samples on the ${arm}`);
}
