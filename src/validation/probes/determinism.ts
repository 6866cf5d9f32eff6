import type { CheckOf, Validation } from '../../domain/spec/validation/index.js';
import type { CheckResult } from '../../domain/validation.js';
import type { Prediction } from '../../ports/model-server.js';
import { seededRandom } from '../../stats/index.js';
import type { ProbeStage } from '../probe-stage.js';
import { createAskRows, type Reply } from './ask-rows.js';
import { generationsOf, promptOf } from './chat-prompts.js';
import { judgeShare, MOST_EXAMPLES, shortReason } from './measured-share.js';
import { shuffled } from './random-draws.js';
import { firstRows } from './rows-tried.js';
import { sameAnswer, shortAnswer } from './same-answer.js';

type Determinism = CheckOf<'determinism'>;
const REPEATS = 2;
const SEED = 0x5eed;

/** One question again: which rows got another answer, and the first reason of one that got none. */
interface Repeat {
  readonly alone: boolean;
  readonly replies: readonly Reply[];
}

/**
 * Asks the same rows again: once one by one, as users do, since a model must not depend on its neighbours in a batch; else in another order, so that
 * the neighbours are others.
 */
export async function probeDeterminism(check: Determinism, plan: Validation, stage: ProbeStage): Promise<CheckResult> {
  if (stage.candidate.generate !== undefined) return probeChatDeterminism(check, plan, stage);
  const rows = firstRows(check, stage);
  const repeats: Repeat[] = [];
  for (let repeat = 0; repeat < (check.repeats ?? REPEATS); repeat += 1) {
    const alone = repeat === 0;
    const order = shuffled(
      rows.map((_, at) => at),
      seededRandom(SEED + repeat),
    );
    const ask = createAskRows(stage, stage.candidate, `determinism ${repeat + 1}`);
    const replies = await ask(
      order.map((at) => rows[at]?.features ?? []),
      alone ? 1 : stage.batchSize,
    );
    const inOrder: Reply[] = [];
    for (const [place, at] of order.entries()) inOrder[at] = replies[place] as Reply;
    repeats.push({ alone, replies: inOrder });
  }
  return judgeRepeats(
    check,
    rows.map(({ index, candidate }) => ({ index, first: candidate })),
    repeats,
    stage.batchSize > 1,
  );
}

function judgeRepeats(
  check: Determinism,
  rows: readonly { readonly index: number; readonly first: Prediction }[],
  repeats: readonly Repeat[],
  isBatched: boolean,
): CheckResult {
  const differs = ({ replies }: Repeat, at: number) => {
    const [reply, row] = [replies[at], rows[at]];
    return reply?.kind !== 'answer' || !sameAnswer(row?.first as Prediction, reply.prediction, check.tolerance);
  };
  const counts = (alone: boolean) =>
    rows.filter((_, at) => repeats.some((repeat) => repeat.alone === alone && differs(repeat, at))).length;
  const [alone, batched] = [counts(true), counts(false)];
  const good = rows.filter((_, at) => !repeats.some((repeat) => differs(repeat, at))).length;
  const fault = repeats.flatMap(({ replies }) => replies).find(({ kind }) => kind !== 'answer');
  const notes = [
    ...(alone === 0 ? [] : [isBatched ? `alone and in a batch differ on ${alone} rows` : `${alone} rows differ`]),
    ...(batched === 0 ? [] : [`in another order ${batched} rows differ`]),
    ...(fault === undefined || fault.kind === 'answer' ? [] : [`no answer: ${shortReason(fault.reason)}`]),
  ];
  const examples = repeats.flatMap((repeat) =>
    rows.flatMap(({ index, first }, at) => {
      const reply = repeat.replies[at];
      if (!differs(repeat, at) || reply === undefined) return [];
      const later = reply.kind === 'answer' ? shortAnswer(reply.prediction) : reply.kind;
      return [{ row: index, asked: repeat.alone ? 'alone' : 'in another order', first: shortAnswer(first), later }];
    }),
  );
  const share = { good, counted: rows.length, unknown: NO_ROWS, notes, examples: examples.slice(0, MOST_EXAMPLES) };
  return judgeShare(check, share, { limits: { min: check.min ?? 1 } });
}

const NO_ROWS = 'there are no rows to try';

/** Of a language model: the same prompts again, and the labels of the answers. */
async function probeChatDeterminism(check: Determinism, plan: Validation, stage: ProbeStage): Promise<CheckResult> {
  const rows = firstRows(check, stage).flatMap((row) => {
    const prompt = promptOf(plan, row);
    return prompt === null ? [] : [{ index: row.index, prompt }];
  });
  const prompts = rows.map(({ prompt }) => prompt);
  const answers: Reply[][] = [];
  for (let repeat = 0; repeat <= (check.repeats ?? REPEATS); repeat += 1) {
    const all = await generationsOf(stage, stage.candidate, prompts, `determinism ${repeat + 1}`);
    answers.push(
      all.map(({ label, error }) =>
        error === null
          ? { kind: 'answer', prediction: { label, scores: null } }
          : { kind: 'failed', reason: error.message },
      ),
    );
  }
  const [firsts = [], ...others] = answers;
  // A prompt that got no answer at first has nothing to be compared with: it is not one that is answered alike.
  const first = (at: number): Prediction => {
    const reply = firsts[at];
    return reply?.kind === 'answer' ? reply.prediction : { label: '(no answer)', scores: null };
  };
  return judgeRepeats(
    check,
    rows.map(({ index }, at) => ({ index, first: first(at) })),
    others.map((replies) => ({ alone: true, replies })),
    false,
  );
}
