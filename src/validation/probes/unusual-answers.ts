import type { ComparedArm } from '../../domain/experiment.js';
import type { ModelServer } from '../../ports/model-server.js';
import type { AnsweredRow } from '../answered-row.js';
import type { ProbeStage } from '../probe-stage.js';
import { askOnce, type Reply } from './ask-rows.js';
import { markDead } from './dead-servers.js';
import { type MeasuredShare, MOST_EXAMPLES, shortReason } from './measured-share.js';
import type { Robustness } from './robustness.js';
import { type StrangeAnswer, strangeAnswer } from './same-answer.js';
import { type Features, missingOne, outOfRange, permuted } from './unusual-rows.js';
import { becomesReady } from './while-alive.js';

/** A server that was busy with a bad row may need a moment to say that it is ready. */
const READY_WITHIN_MS = 1000;
/** So many bad ones are enough where the minimum is out of reach: each may take a whole time-out. */
const ENOUGH_BAD = 10;

interface Tried {
  /** null: none of it could be asked. */
  readonly good: boolean | null;
  readonly reason: string;
}

/**
 * The share of unusual rows that are answered properly or refused cleanly. Asked one by one, as a user would send them: in a batch one bad row could
 * spoil the others. After each bad answer the server must still report ready.
 */
export async function properShare(
  check: Robustness,
  stage: ProbeStage,
  arm: ComparedArm,
  rows: readonly AnsweredRow[],
): Promise<MeasuredShare & { readonly died: boolean }> {
  const what = `robustness ${check.change} ${arm}`;
  const tryRow = rowTrial(check, stage, arm, what);
  let [good, counted, died] = [0, 0, false];
  let unknown: string | null = null;
  const [notes, examples]: [string[], Record<string, string | number>[]] = [[], []];
  for (const [at, row] of rows.entries()) {
    const tried = await tryRow(row);
    if (tried.good === null) {
      unknown ??= tried.reason;
      continue;
    }
    counted += 1;
    if (tried.good) {
      good += 1;
      continue;
    }
    if (examples.length < MOST_EXAMPLES) examples.push({ row: row.index, answer: tried.reason });
    died = !(await becomesReady(stage, stage[arm], what, READY_WITHIN_MS));
    if (died) {
      markDead(stage[arm], `after ${check.change} input in row ${row.index}`);
      notes.push(`the server died: it is not ready after row ${row.index}`);
      break;
    }
    if (counted - good >= ENOUGH_BAD && (good + rows.length - at - 1) / rows.length < check.min) {
      notes.push(`stopped after ${at + 1} of ${rows.length} rows, as the minimum is out of reach`);
      break;
    }
  }
  const first = examples[0];
  if (first !== undefined) notes.unshift(`row ${first['row']}: ${first['answer']}`);
  return { good, counted, unknown, notes, examples, died };
}

function rowTrial(
  { change, scale }: Robustness,
  stage: ProbeStage,
  arm: ComparedArm,
  what: string,
): (row: AnsweredRow) => Promise<Tried> {
  const strange = strangeAnswer(stage.sample, arm);
  const ask = (features: Features) => askFor(stage, stage[arm], what, features);
  switch (change) {
    case 'missing':
      return missingTrial(ask, strange);
    case 'out_of_range': {
      const far = outOfRange(stage.sample, stage.columns.features.length, scale);
      return (row) => allOf(far(row), ask, strange);
    }
    case 'permute':
      return (row) => allOf(permuted(row), ask, strange);
    case 'noise':
      throw new RangeError('noise is judged by what it changes');
  }
}

type Ask = (features: Features) => Promise<Reply>;

async function askFor(stage: ProbeStage, server: ModelServer, what: string, features: Features): Promise<Reply> {
  const [reply] = await askOnce(stage, server, what, [features]);
  return reply ?? { kind: 'garbage', reason: 'no prediction' };
}

async function allOf(variants: readonly Features[], ask: Ask, strange: StrangeAnswer): Promise<Tried> {
  let judged: Tried = { good: null, reason: '' };
  for (const features of variants) {
    const tried = triedOf(await ask(features), strange);
    if (tried.good === false) return tried;
    if (judged.good === null) judged = tried;
  }
  return judged;
}

/** Where the protocol has no way to say that a feature is missing, another one is. */
function missingTrial(ask: Ask, strange: StrangeAnswer): (row: AnsweredRow) => Promise<Tried> {
  const unsayable = new Set<number>();
  return async (row) => {
    let last: Tried = { good: null, reason: 'the protocol has no way to say that a feature is missing' };
    for (const [at, features] of missingOne(row, unsayable)) {
      const tried = triedOf(await ask(features), strange);
      if (tried.good !== null) return tried;
      last = tried;
      unsayable.add(at);
    }
    return last;
  };
}

function triedOf(reply: Reply, strange: StrangeAnswer): Tried {
  switch (reply.kind) {
    case 'answer': {
      const why = strange(reply.prediction);
      return { good: why === null, reason: why ?? '' };
    }
    case 'refused':
      return { good: true, reason: shortReason(reply.reason) };
    case 'garbage':
    case 'failed':
      return { good: false, reason: shortReason(reply.reason) };
    case 'unsayable':
      return { good: null, reason: `the protocol can't say it: ${shortReason(reply.reason)}` };
  }
}
