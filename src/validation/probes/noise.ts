import type { ComparedArm } from '../../domain/experiment.js';
import type { CheckOf } from '../../domain/spec/validation/index.js';
import type { AnsweredRow } from '../answered-row.js';
import type { ProbeStage } from '../probe-stage.js';
import { createAskRows, type Reply } from './ask-rows.js';
import { type MeasuredShare, MOST_EXAMPLES, shortReason } from './measured-share.js';
import { samePrediction, shortAnswer } from './same-answer.js';
import { noisyRow } from './unusual-rows.js';

/** The share of rows whose prediction a little noise does not change. */
export async function noiseShare(
  { scale, tolerance }: Pick<CheckOf<'robustness'>, 'scale' | 'tolerance'>,
  stage: ProbeStage,
  arm: ComparedArm,
  rows: readonly AnsweredRow[],
): Promise<MeasuredShare> {
  const noisy = noisyRow(stage.sample, stage.columns.features.length, scale);
  if (noisy === null)
    return { good: 0, counted: 0, unknown: 'no feature varies in the sample', notes: [], examples: [] };
  const ask = createAskRows(stage, stage[arm], `robustness noise ${arm}`);
  const before = await answersBefore(rows, arm, ask);
  const after = await ask(rows.map(noisy));
  let [good, counted] = [0, 0];
  let unknown: string | null = null;
  let fault: string | null = null;
  const examples: Record<string, string | number>[] = [];
  for (const [at, { index }] of rows.entries()) {
    const [first, then] = [before[at] as Reply, after[at] as Reply];
    if (first.kind !== 'answer' || then.kind === 'unsayable') {
      unknown ??= shortReason([first, then].flatMap((reply) => ('reason' in reply ? reply.reason : []))[0] ?? '');
      continue;
    }
    counted += 1;
    if (then.kind === 'answer' && samePrediction(first.prediction, then.prediction, tolerance)) {
      good += 1;
      continue;
    }
    if (then.kind !== 'answer') fault ??= shortReason(then.reason);
    const shown = then.kind === 'answer' ? shortAnswer(then.prediction) : then.kind;
    if (examples.length < MOST_EXAMPLES)
      examples.push({ row: index, before: shortAnswer(first.prediction), after: shown });
  }
  const notes = fault === null ? [] : [`no answer: ${fault}`];
  return { good, counted, unknown, notes, examples };
}

/** Of the pass over the data set where it asked this version, else asked now. */
async function answersBefore(
  rows: readonly AnsweredRow[],
  arm: ComparedArm,
  ask: ReturnType<typeof createAskRows>,
): Promise<Reply[]> {
  const known = rows.flatMap(({ [arm]: prediction }): Reply[] =>
    prediction === null ? [] : [{ kind: 'answer', prediction }],
  );
  return known.length === rows.length ? known : ask(rows.map(({ features }) => features));
}
