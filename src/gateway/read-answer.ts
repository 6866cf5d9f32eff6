import type { ChatProtocol, JsonProtocol, Protocol } from '../domain/protocol.js';
import { type Completion, CompletionStream, labelOf, readCompletion } from '../protocols/chat.js';
import { pointerParts, valueAt } from '../protocols/json-pointer.js';
import { firstRow, highestOf, LABELS, labelOutput, scoreOutput, tensorsOf } from '../protocols/tensors.js';

/** What a prediction said: the first predicted label as text, and its score where the answer gives one. */
export interface ReadAnswer {
  readonly label: string | null;
  readonly score: number | null;
}

export const UNREADABLE: ReadAnswer = { label: null, score: null };
const LONGEST_LABEL = 200;

/** What an answer of a service says. Never throws. */
export function readAnswer(protocol: Protocol, text: string): ReadAnswer {
  switch (protocol.kind) {
    case 'open-inference':
      return readOpenInference(text);
    case 'json':
      return readJson(protocol, text);
    case 'chat':
      return saidIn(protocol, readCompletion(parsed(text)));
  }
}

/** An Open Inference v2 answer: the output `predict`, else the first; scores from `predict_proba`. Never throws. */
export function readOpenInference(text: string): ReadAnswer {
  const outputs = tensorsOf(parsed(text), 'outputs');
  const output = labelOutput(outputs);
  if (output === undefined) return UNREADABLE;
  const row = firstRow(output, 1);
  const scores = scoreOutput(outputs);
  if (scores !== undefined && scores !== output) return answerOf(row[0], firstRow(scores, scores.data.length));
  // Several numbers a row and no label: the scores of all classes.
  const best = output.name === LABELS ? null : highestOf(row);
  return best === null ? answerOf(row[0], []) : answerOf(best, row);
}

/** The first row's prediction and score, where the spec's pointers lead. Never throws. */
function readJson({ prediction, score }: JsonProtocol, text: string): ReadAnswer {
  const answer = parsed(text);
  const scores: unknown = score === undefined ? [] : valueAt(answer, pointerParts(score));
  return answerOf(valueAt(answer, pointerParts(prediction)), Array.isArray(scores) ? scores : [scores]);
}

/** A completion that came as a stream of events. Never throws. */
export function readChatStream(protocol: ChatProtocol, text: string): ReadAnswer {
  const stream = new CompletionStream(text.length);
  try {
    stream.push(text);
  } catch {
    return UNREADABLE;
  }
  return saidIn(protocol, stream.fault !== null || stream.chunks === 0 ? null : stream.completion);
}

function saidIn(protocol: ChatProtocol, completion: Completion | null): ReadAnswer {
  return completion === null ? UNREADABLE : { label: labelOf(completion, protocol), score: null };
}

function answerOf(label: unknown, scores: readonly unknown[]): ReadAnswer {
  if (!['string', 'number', 'boolean'].includes(typeof label)) return UNREADABLE;
  // JSON reads 1e999 as Infinity.
  if (typeof label === 'number' && !Number.isFinite(label)) return UNREADABLE;
  let best = Number.NEGATIVE_INFINITY;
  for (const score of scores) if (typeof score === 'number' && Number.isFinite(score) && score > best) best = score;
  // NUL is the one character a PostgreSQL text can't hold.
  return {
    label: String(label).replaceAll('\0', '').slice(0, LONGEST_LABEL),
    score: best === Number.NEGATIVE_INFINITY ? null : best,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
