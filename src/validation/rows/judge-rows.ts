import type { CheckResult } from '../../domain/validation.js';
import { judgeAgreement, judgeAnswers } from './judge-answers.js';
import { judgeDrift } from './judge-drift.js';
import { judgeFairness } from './judge-fairness.js';
import { judgeCounts } from './judge-quality.js';
import { judgeRegression } from './judge-regression.js';
import { judgeScores } from './judge-scores.js';
import { isAnswerCheck, isFairness, isQuality, isRegression, type RowCheck, usesScores } from './row-checks.js';
import type { RowChecksTally } from './row-tally.js';

/** Judges one check by what was counted. */
export function judgeRow(check: RowCheck, tally: RowChecksTally): CheckResult {
  if (isQuality(check)) return usesScores(check) ? judgeScores(check, tally) : judgeCounts(check, tally);
  if (isRegression(check)) return judgeRegression(check, tally);
  if (isFairness(check)) return judgeFairness(check, tally);
  if (isAnswerCheck(check)) return judgeAnswers(check, tally);
  return check.metric === 'agreement' ? judgeAgreement(check, tally) : judgeDrift(check, tally);
}
