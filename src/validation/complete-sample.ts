import type { Prediction } from '../ports/model-server.js';
import type { AnsweredRow } from './answered-row.js';
import { type Asking, askOne, type NoAnswer } from './ask-batch.js';

export interface CompletedSample {
  readonly rows: readonly AnsweredRow[];
  /** Why there are no answers, where there are none. */
  readonly noAnswer: NoAnswer | null;
}

/** Has an arm answer the sampled rows, where the pass did not ask it. @throws {SluiceError} MODEL_UNREACHABLE */
export async function completeSample(
  rows: readonly AnsweredRow[],
  arm: 'candidate' | 'baseline',
  asking: Asking,
  batchSize: number,
): Promise<CompletedSample> {
  const answers: Prediction[] = [];
  for (let from = 0; from < rows.length; from += batchSize) {
    asking.signal.throwIfAborted();
    const answer = await askOne(asking[arm], asking, rows.slice(from, from + batchSize));
    if ('reason' in answer) return { rows, noAnswer: answer };
    answers.push(...answer.predictions);
  }
  return { rows: rows.map((row, at) => ({ ...row, [arm]: answers[at] })), noAnswer: null };
}
