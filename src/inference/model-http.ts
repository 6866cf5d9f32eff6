import axios, { type AxiosRequestConfig } from 'axios';
import { cutText } from '../domain/cut-text.js';
import { describeError, SluiceError } from '../domain/errors.js';
import { ModelRefused } from '../domain/model-refused.js';
import { type AddressPolicy, addressRefusalIn } from '../net/address-policy.js';
import { mayPass } from '../net/may-pass.js';
import { sharedTransport } from '../net/shared-transport.js';
import { callModel, type RawAnswer, StatusError, sharedDispatcher } from './model-call.js';

const MOST_BYTES = 50 * 2 ** 20;
const LONGEST_REASON = 300;

/** Calls to one model server; every error names the model, its version and the address. */
export interface ModelHttp {
  /** For messages. */
  readonly name: string;
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
  /** Whatever it says, its status is no error. */
  probe(path: string): Promise<Answer>;
}

export type Answer = RawAnswer;

/** What all clients of model servers may be told. */
export interface CallOptions {
  readonly timeoutMs?: number;
  /** Which addresses a spec's URLs may lead to. Absent, all: for whoever asks from their own machine, on their own behalf. */
  readonly policy?: AddressPolicy;
}

export interface ModelHttpOptions {
  readonly name: string;
  readonly url: string;
  readonly timeoutMs: number;
  /** Asked at each call: a key may change. */
  readonly headers?: () => Record<string, string>;
  readonly policy?: AddressPolicy | undefined;
}

export function createModelHttp({ name, url, timeoutMs, headers = () => ({}), policy }: ModelHttpOptions): ModelHttp {
  const base = url.replace(/\/+$/, '');
  const dispatcher = sharedDispatcher(policy);
  const any = async (method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const call = { dispatcher, method, url: `${base}${path}`, headers: headers(), timeoutMs, mostBytes: MOST_BYTES };
    return callModel({ ...call, ...sent }).catch((error: unknown) => {
      throw modelError(name, error);
    });
  };
  const proper = async (method: 'GET' | 'POST', path: string, body?: unknown) => {
    const answer = await any(method, path, body);
    if (answer.status < 200 || answer.status > 299) throw modelError(name, new StatusError(answer));
    return answer;
  };
  return {
    name,
    get: (path) => proper('GET', path),
    post: (path, body) => proper('POST', path, body),
    probe: (path) => any('GET', path),
  };
}

export function httpSettings(baseURL: string, timeout: number, policy?: AddressPolicy): AxiosRequestConfig {
  return {
    baseURL,
    timeout,
    ...sharedTransport(policy),
    maxContentLength: MOST_BYTES,
    responseType: 'text',
    // As it came: what is wrong with an answer must be told of the answer, not of what a parser made of it.
    transformResponse: [(text: unknown) => text],
  };
}

/** A refusal will be the same next time, too many requests apart; a broken connection or a failing server may mend. */
export function modelError(name: string, error: unknown): SluiceError {
  const refused = addressRefusalIn(error);
  if (refused !== null) return new SluiceError('ADDRESS_REFUSED', `${name}: ${refused.message}`);
  if (error instanceof SluiceError) return error;
  const response = axios.isAxiosError(error) || error instanceof StatusError ? error.response : undefined;
  const isRefusal = response !== undefined && response.status >= 400 && !mayPass(response.status);
  // Not the error itself as a cause: it holds the request, with its headers.
  const message = `${name}: ${describeError(error)}${response === undefined ? '' : reasonIn(response)}`;
  return isRefusal ? new ModelRefused(response.status, message) : new SluiceError('MODEL_UNREACHABLE', message);
}

/** What the server says itself. Of a refused key it says parts of the key. */
function reasonIn({ status, data }: { status: number; data: unknown }): string {
  if (typeof data !== 'string' || status === 401 || status === 403) return '';
  const text = data.replace(/\s+/g, ' ').trim();
  return text === '' ? '' : `: ${text.slice(0, LONGEST_REASON)}`;
}

/** A number that JSON does not have, where a value is expected. Some servers write Python's. */
const NOT_JSON = /(?<=[[,:]\s*)(-?Infinity|NaN)(?=\s*[\],}])/g;

/**
 * The JSON of an answer. NaN and Infinity, which are none, are read as texts of that name, so that whoever reads the value can say where it stands.
 * @throws {SluiceError} MODEL_ANSWER_INVALID
 */
export function parseAnswer(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    try {
      return JSON.parse(text.replaceAll(NOT_JSON, '"$1"'));
    } catch {
      throw invalid(name, `the answer is no JSON: ${describeError(error)}`);
    }
  }
}

export function invalid(name: string, why: string): SluiceError {
  return new SluiceError('MODEL_ANSWER_INVALID', `${name}: ${why}`);
}

/** A value for a message, cut short. JSON would turn an infinite number into null. */
export function quoted(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'missing');
  return cutText(text, 60);
}
