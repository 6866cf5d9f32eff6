import type { ComparedArm } from '../../domain/experiment.js';
import type { CheckOf } from '../../domain/spec/validation/index.js';
import type { CheckResult } from '../../domain/validation.js';
import { limitsOf } from '../judge-value.js';
import type { ProbeStage } from '../probe-stage.js';
import { judgeShare, type MeasuredShare } from './measured-share.js';
import { noiseShare } from './noise.js';
import { firstRows } from './rows-tried.js';
import { properShare } from './unusual-answers.js';

export type Robustness = CheckOf<'robustness'>;

/** Asks what users may send by mistake. With `noWorseThan` the baseline is asked as well, though it may be serving users. */
export async function probeRobustness(check: Robustness, stage: ProbeStage): Promise<CheckResult> {
  const candidate = await measured(check, stage, 'candidate');
  const baseline = check.noWorseThan === undefined ? null : await measured(check, stage, 'baseline');
  const found = judgeShare(check, candidate, { limits: limitsOf(check), baseline });
  // However few rows it was that killed it.
  return candidate.died ? { ...found, verdict: 'fail' } : found;
}

async function measured(
  check: Robustness,
  stage: ProbeStage,
  arm: ComparedArm,
): Promise<MeasuredShare & { readonly died?: boolean }> {
  const rows = firstRows(check, stage);
  if (rows.length === 0) return { good: 0, counted: 0, unknown: 'there are no rows to try', notes: [], examples: [] };
  return check.change === 'noise' ? noiseShare(check, stage, arm, rows) : properShare(check, stage, arm, rows);
}
