import axios, { type AxiosRequestConfig } from 'axios';
import { describeError, SluiceError } from '../domain/errors.js';

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

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export interface ModelHttpOptions {
  readonly name: string;
  readonly url: string;
  readonly timeoutMs: number;
  /** Asked at each call: a key may change. */
  readonly headers?: () => Record<string, string>;
}

export function createModelHttp({ name, url, timeoutMs, headers = () => ({}) }: ModelHttpOptions): ModelHttp {
  const http = axios.create(httpSettings(url, timeoutMs));
  const call = async (config: AxiosRequestConfig): Promise<Answer> => {
    try {
      const answer = await http.request<string>({ ...config, headers: headers() });
      return { status: answer.status, text: answer.data };
    } catch (error) {
      throw modelError(name, error);
    }
  };
  return {
    name,
    get: (path) => call({ method: 'GET', url: path }),
    post: (path, body) => call({ method: 'POST', url: path, data: body }),
    probe: (path) => call({ method: 'GET', url: path, validateStatus: () => true }),
  };
}

export function httpSettings(baseURL: string, timeout: number): AxiosRequestConfig {
  return {
    baseURL,
    timeout,
    proxy: false,
    maxRedirects: 0,
    maxContentLength: MOST_BYTES,
    responseType: 'text',
    // As it came: what is wrong with an answer must be told of the answer, not of what a parser made of it.
    transformResponse: [(text: unknown) => text],
  };
}

/** A refusal will be the same next time, too many requests apart; a broken connection or a failing server may mend. */
export function modelError(name: string, error: unknown): SluiceError {
  if (error instanceof SluiceError) return error;
  const response = axios.isAxiosError(error) ? error.response : undefined;
  const isRefusal = response !== undefined && response.status >= 400 && response.status < 500;
  const mayMend = response !== undefined && [408, 425, 429].includes(response.status);
  const code = isRefusal && !mayMend ? 'MODEL_ANSWER_INVALID' : 'MODEL_UNREACHABLE';
  // Not the error itself as a cause: it holds the request, with its headers.
  return new SluiceError(code, `${name}: ${describeError(error)}${response === undefined ? '' : reasonIn(response)}`);
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
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
