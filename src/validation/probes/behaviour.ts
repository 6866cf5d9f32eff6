import { DEFAULT_TOLERANCE } from '../../domain/spec/validation/check-fields.js';
import type { CheckOf } from '../../domain/spec/validation/index.js';
import type { CheckResult } from '../../domain/validation.js';
import type { Prediction } from '../../ports/model-server.js';
import type { AnsweredRow } from '../answered-row.js';
import { result } from '../judge-value.js';
import type { ProbeStage } from '../probe-stage.js';
import { createAskRows, type Reply } from './ask-rows.js';
import { rowChanges } from './change-features.js';
import { judgeShare, type MeasuredShare, MOST_EXAMPLES, shortReason } from './measured-share.js';
import { firstRows } from './rows-tried.js';
import { classOrder, samePrediction, shortAnswer } from './same-answer.js';

type Behaviour = CheckOf<'invariance'> | CheckOf<'directional'>;
/** Whether a prediction may become another; a text says why that can't be known. */
type Allowed = (before: Prediction, after: Prediction) => boolean | string;

/** Changes features, and looks whether predictions stay or move as expected. Source: M. T. Ribeiro et al. (2020), ACL, "CheckList". */
export async function probeBehaviour(check: Behaviour, stage: ProbeStage): Promise<CheckResult> {
  const changes = rowChanges(check.change, stage.columns.features);
  if (typeof changes === 'string') return result(check, { verdict: 'inconclusive', reason: changes });
  const rows = firstRows(check, stage);
  const ask = createAskRows(stage, stage.candidate, check.metric);
  const replies: Reply[][] = [];
  for (const change of changes) replies.push(await ask(rows.map(({ features }) => change(features))));
  const allowed = check.metric === 'invariance' ? staysIn(check) : movesIn(check, stage.sample);
  const share = shareOf(rows, (at) => replies.map((variant) => variant[at] as Reply), allowed);
  return judgeShare(check, share, { limits: { min: check.min ?? 1 } });
}

function staysIn({ tolerance }: CheckOf<'invariance'>): Allowed {
  return (before, after) => samePrediction(before, after, tolerance);
}

function movesIn(check: CheckOf<'directional'>, sample: readonly AnsweredRow[]): Allowed {
  const { expect, of, strict = false, tolerance = DEFAULT_TOLERANCE } = check;
  const read = of === undefined ? numberOf : scoreReader(of, classOrder(sample));
  const sign = expect === 'increase' ? 1 : -1;
  return (before, after) => {
    const [from, to] = [read(before), read(after)];
    if (typeof from === 'string') return from;
    if (typeof to === 'string') return to;
    const moved = sign * (to - from);
    return strict ? moved > tolerance : moved >= -tolerance;
  };
}

function numberOf({ value }: Prediction): number | string {
  return value ?? 'predictions are no numbers: `of` names the class whose score is meant';
}

function scoreReader(of: string, order: readonly string[]): (prediction: Prediction) => number | string {
  const place = order.indexOf(of);
  return ({ scores }) => {
    if (scores === null) return 'the model gives no scores';
    if (scores.length !== order.length)
      return `${scores.length} scores and ${order.length} classes in the sample (${order.slice(0, 20).join(', ')}): which is whose is not known`;
    return scores[place] ?? `there is no class "${of}" among ${order.slice(0, 20).join(', ')}`;
  };
}

/** A row counts as good only if it is so under all changes, and not at all where one of them can't be judged. */
function shareOf(
  rows: readonly AnsweredRow[],
  repliesOf: (at: number) => readonly Reply[],
  allowed: Allowed,
): MeasuredShare {
  let [good, counted] = [0, 0];
  let unknown: string | null = null;
  let fault: string | null = null;
  const examples: Record<string, string | number>[] = [];
  for (const [at, { index, candidate }] of rows.entries()) {
    const found = repliesOf(at).map((reply) => ({ reply, is: judged(candidate, reply, allowed) }));
    const unjudged = found.map(({ is }) => is).find((is) => typeof is === 'string');
    unknown ??= unjudged ?? null;
    if (unjudged !== undefined) continue;
    counted += 1;
    const bad = found.find(({ is }) => is === false)?.reply;
    if (bad === undefined) {
      good += 1;
      continue;
    }
    if (bad.kind !== 'answer') fault ??= shortReason(bad.reason);
    const after = bad.kind === 'answer' ? shortAnswer(bad.prediction) : bad.kind;
    if (examples.length < MOST_EXAMPLES) examples.push({ row: index, before: shortAnswer(candidate), after });
  }
  const skipped = counted > 0 && counted < rows.length ? [`${rows.length - counted} rows not judged: ${unknown}`] : [];
  const notes = [...skipped, ...(fault === null ? [] : [`no answer: ${fault}`])];
  return { good, counted, unknown: unknown ?? 'there are no rows to try', notes, examples };
}

function judged(before: Prediction, reply: Reply, allowed: Allowed): boolean | string {
  if (reply.kind === 'unsayable') return shortReason(reply.reason);
  return reply.kind === 'answer' && allowed(before, reply.prediction);
}
