import type { Protocol } from '../../domain/protocol.js';
import { headerOf } from '../headers.js';
import type { HeaderList } from '../http1/head.js';

/**
 * What the head of a prediction's answer says of it: `whole` must be seen whole before it is known to be sound, `stream` is passed on as it comes
 * (tokens of a language model, binary tensors), `unsound` is no prediction.
 */
export type Soundness = 'whole' | 'stream' | 'unsound';

export function soundnessOf(status: number, headers: HeaderList): Soundness {
  // Nobody is redirected by a version under trial; its errors are answered by whoever is not.
  if (status >= 500 || (status >= 300 && status < 400)) return 'unsound';
  if (status < 200 || status > 299) return 'stream';
  const type = headerOf(headers, 'content-type').toLowerCase();
  // What nearly all say.
  if (type === 'application/json' && headerOf(headers, 'content-encoding') === '') return 'whole';
  if (/^(?:text\/event-stream|application\/octet-stream|application\/x-ndjson)/.test(type)) return 'stream';
  if (!/\bjson\b/.test(type)) return 'unsound';
  return ['', 'identity'].includes(headerOf(headers, 'content-encoding')) ? 'whole' : 'stream';
}

const OUTPUTS = Buffer.from('"outputs"');
const CHOICES = Buffer.from('"choices"');
const [LIST, LIST_END, OBJECT, OBJECT_END] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Whether a whole JSON answer looks like a prediction, and not like an error with status 200, or half of one. Reads no JSON: it is on every user's way.
 * A service of plain JSON has no word that all its answers have; they are whole from brace to brace.
 */
export function looksLikePrediction(kind: Protocol['kind'], body: Buffer): boolean {
  const [first, last] = [edge(body, 0, 1), edge(body, body.length - 1, -1)];
  const isObject = first === OBJECT && last === OBJECT_END;
  switch (kind) {
    case 'open-inference':
      return isObject && body.includes(OUTPUTS);
    case 'json':
      return isObject || (first === LIST && last === LIST_END);
    case 'chat':
      return isObject && body.includes(CHOICES);
  }
}

/** The first byte from an end that is no white space; -1 where there is none. */
function edge(body: Buffer, from: number, step: 1 | -1): number {
  let at = from;
  while (at >= 0 && at < body.length && (body[at] as number) <= 0x20) at += step;
  return body[at] ?? -1;
}

/** Whether an answer comes bit by bit: what counts is how long its first bit took. */
export function isEventStream(headers: HeaderList): boolean {
  return headerOf(headers, 'content-type').toLowerCase().startsWith('text/event-stream');
}
