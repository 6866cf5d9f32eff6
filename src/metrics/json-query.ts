import { fillTemplate, type QueryVariables } from '../domain/query-template.js';
import type { HttpQuery } from '../domain/spec/query.js';
import type { QueryValue } from '../ports/query-reader.js';
import { pointerParts, valueAt } from '../protocols/json-pointer.js';
import type { AskHttp, HttpAnswer } from './ask-http.js';
import { numberValue, readNumber, reduceNumbers } from './number-reading.js';

export interface JsonAsking {
  readonly variables: QueryVariables;
  readonly at: Date;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Null where the query names none. */
  readonly token: string | null;
}

/** A number out of a JSON document that somebody serves. Never throws but the signal's reason. */
export async function askJson(ask: AskHttp, query: HttpQuery, asking: JsonAsking): Promise<QueryValue> {
  const { variables, at, timeoutMs, signal, token } = asking;
  // Such a part would lead elsewhere, and there is no way to encode it.
  if (Object.values(variables).some((value) => value === '.' || value === '..'))
    return { kind: 'invalid', why: 'a variable is "." or "..", which no URL can hold' };
  // Halves of surrogate pairs have no bytes.
  const encoded = (text: string) => encodeURIComponent(text.replace(/\p{Cs}/gu, '\ufffd'));
  const url = fillTemplate(query.url, (name) => encoded(variables[name]));
  const answer = await ask({
    method: query.method,
    url,
    headers: {
      ...(query.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(query.body === undefined ? {} : { body: JSON.stringify(filled(query.body, variables)) }),
    timeoutMs,
    signal,
  });
  return answer.kind === 'answer' ? read(answer, query, at) : answer;
}

function filled(value: unknown, variables: QueryVariables): unknown {
  if (typeof value === 'string') return fillTemplate(value, (name) => variables[name]);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => filled(one, variables));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filled(one, variables)]));
}

function read({ status, body }: HttpAnswer, query: HttpQuery, at: Date): QueryValue {
  if (status >= 300) return { kind: 'invalid', why: `status ${status}` };
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    return { kind: 'error', why: 'the answer is not JSON' };
  }
  return tooOld(document, query, at) ?? numberAt(document, query);
}

function numberAt(document: unknown, { pointer, reduce }: HttpQuery): QueryValue {
  const found = valueAt(document, pointerParts(pointer));
  const where = pointer || 'the answer';
  if (found === undefined || found === null) return { kind: 'none', why: `nothing stands at ${where}` };
  const list: unknown[] = Array.isArray(found) ? found : [found];
  const numbers: number[] = [];
  for (const one of list) {
    const value = readNumber(one);
    // What stands there instead may be long, or not for everybody.
    if (value === undefined) return { kind: 'invalid', why: `${where} is a ${typeof one}, expected a number` };
    numbers.push(value);
  }
  if (reduce !== undefined) return reduceNumbers(numbers, reduce);
  const [only] = numbers;
  if (only === undefined) return { kind: 'none', why: `${where} is an empty list` };
  return numbers.length > 1 ? { kind: 'many', why: `${numbers.length} numbers, expected one` } : numberValue(only);
}

/** Seconds since 1970 stay below this until the year 5138; milliseconds are above it since 1973. */
const FIRST_MILLISECONDS = 1e11;

function tooOld(document: unknown, { time, maxAge }: HttpQuery, at: Date): QueryValue | null {
  if (time === undefined) return null;
  const found = valueAt(document, pointerParts(time));
  const number = readNumber(found);
  const ms = number === undefined ? Date.parse(String(found)) : number < FIRST_MILLISECONDS ? number * 1000 : number;
  if (!Number.isFinite(ms)) return { kind: 'stale', why: `no time stands at ${time}, so nobody knows how old it is` };
  const ageMs = Math.abs(at.getTime() - ms);
  if (ageMs <= maxAge) return null;
  return { kind: 'stale', why: `${Math.round(ageMs / 1000)} s away, ${Math.round(maxAge / 1000)} s are allowed` };
}
