import type { LatencyCounts } from '../domain/observation.js';
import type { ValidationCheck } from '../domain/spec/validation.js';
import type { ArmEvidence, Evidence, Verdict } from '../domain/verdict.js';
import { type ClassificationQuality, classificationQuality } from '../stats/quality/classification.js';
import { sketchQuantile } from '../stats/sketch/latency-sketch.js';
import { formatMs, formatShare } from './format.js';

/** What one version answered to the held-out data set. */
export interface ValidationRun {
  readonly truth: readonly string[];
  readonly predicted: readonly string[];
  /** Scores outside 0..1 that were seen. */
  readonly scoresOutOfBounds: number;
  /** Of whole requests. */
  readonly latency: LatencyCounts;
}

/** Judges every check. The baseline's run is there whenever a check compares with it. */
export function judgeValidation(
  checks: readonly ValidationCheck[],
  candidate: ValidationRun,
  baseline: ValidationRun | null,
): Evidence[] {
  const ours = classificationQuality(candidate.truth, candidate.predicted);
  const theirs = baseline === null ? null : classificationQuality(baseline.truth, baseline.predicted);
  return checks.map((check) => {
    switch (check.metric) {
      case 'latency_p99':
        return judgeLatency(check.max, candidate);
      case 'prediction_bounds':
        return judgeBounds(candidate);
      case 'accuracy':
      case 'precision':
      case 'recall':
      case 'f1':
        return judgeQuality(check, ours, theirs);
    }
  });
}

type QualityCheck = Extract<ValidationCheck, { metric: 'accuracy' | 'precision' | 'recall' | 'f1' }>;

/** Precision, recall and F1 are macro averages: every class counts alike. */
function qualityOf(quality: ClassificationQuality, metric: QualityCheck['metric']): number {
  return metric === 'accuracy' ? quality.accuracy : quality.macro[metric];
}

function judgeQuality(
  check: QualityCheck,
  candidate: ClassificationQuality,
  baseline: ClassificationQuality | null,
): Evidence {
  const value = qualityOf(candidate, check.metric);
  const reference = baseline === null ? null : qualityOf(baseline, check.metric);
  const faults: string[] = [];
  if (check.min !== undefined && value < check.min) faults.push(`below the minimum of ${formatShare(check.min)}`);
  if (check.noWorseThan && reference !== null && value < reference - check.margin)
    faults.push(`more than ${formatShare(check.margin)} below the baseline`);
  const against = reference === null ? '' : `, baseline ${formatShare(reference)}`;
  return evidence(
    check.metric,
    faults,
    `candidate ${formatShare(value)}${against} on ${candidate.rows} rows`,
    check.margin,
    {
      candidate: { samples: candidate.rows, value },
      baseline: { samples: baseline?.rows ?? 0, value: reference },
    },
  );
}

function judgeLatency(maxMs: number, run: ValidationRun): Evidence {
  const value = sketchQuantile(run.latency, 0.99);
  const faults = value > maxMs ? [`over the maximum of ${formatMs(maxMs)}`] : [];
  return evidence('latency_p99', faults, `candidate ${formatMs(value)} a request`, maxMs, {
    candidate: { samples: run.truth.length, value },
    baseline: { samples: 0, value: null },
  });
}

function judgeBounds(run: ValidationRun): Evidence {
  const known = new Set(run.truth);
  const unknown = run.predicted.filter((label) => !known.has(label));
  const faults: string[] = [];
  if (unknown.length > 0)
    faults.push(`${unknown.length} labels the data set does not have, for instance "${unknown[0]}"`);
  if (run.scoresOutOfBounds > 0) faults.push(`${run.scoresOutOfBounds} scores outside 0..1`);
  return evidence('prediction_bounds', faults, `${run.predicted.length} predictions`, 0, {
    candidate: { samples: run.predicted.length, value: null },
    baseline: { samples: 0, value: null },
  });
}

function evidence(
  metric: string,
  faults: readonly string[],
  numbers: string,
  margin: number,
  arms: { baseline: ArmEvidence; candidate: ArmEvidence },
): Evidence {
  const verdict: Verdict = faults.length === 0 ? 'pass' : 'fail';
  const { baseline, candidate } = arms;
  const difference = baseline.value === null || candidate.value === null ? null : candidate.value - baseline.value;
  const reason = `${metric}: ${[numbers, ...faults].join('; ')}`;
  return {
    metric,
    verdict,
    reason,
    ...arms,
    difference,
    bound: candidate.value,
    margin,
    rule: 'threshold',
    alpha: 0,
    dryRun: false,
  };
}
