import { Buffer } from 'node:buffer';
import type { Readable } from 'node:stream';
import type { AxiosInstance, AxiosResponse } from 'axios';
import { describeError, SluiceError } from '../../domain/errors.js';
import type { ChatProtocol } from '../../domain/protocol.js';
import type { Generation } from '../../ports/model-server.js';
import { type Completion, CompletionStream, isRefusal, labelOf, readCompletion } from '../../protocols/chat.js';
import { invalid, modelError, parseAnswer } from '../model-http.js';

/** Of one answer; longer ones are refused before they fill the memory. */
const MOST_BYTES = 8 * 2 ** 20;

export interface GenerateDeps {
  readonly http: AxiosInstance;
  /** For messages. */
  readonly name: string;
  readonly protocol: ChatProtocol;
  readonly headers: Readonly<Record<string, string>>;
  /** For the whole answer, not only until it begins. */
  readonly timeoutMs: number;
}

interface Timed {
  readonly completion: Completion;
  readonly firstTokenMs: number | null;
}

/** Asks one prompt. What goes wrong is a result. @throws {SluiceError} ADDRESS_REFUSED: nothing can be asked there at all */
export async function generateOne(deps: GenerateDeps, prompt: string): Promise<Generation> {
  const startedAt = performance.now();
  const since = () => performance.now() - startedAt;
  try {
    const { completion, firstTokenMs } = await ask(deps, prompt, since);
    const { text, finishReason, tokensIn, tokensOut } = completion;
    return {
      text,
      label: labelOf(completion, deps.protocol),
      refused: isRefusal(completion, deps.protocol),
      finishReason,
      firstTokenMs,
      latencyMs: since(),
      tokensIn,
      tokensOut,
      error: null,
    };
  } catch (error) {
    const failed = error instanceof SluiceError ? error : modelError(deps.name, error);
    const { code, message } = failed;
    if (code === 'ADDRESS_REFUSED') throw failed;
    const isInvalid = code === 'MODEL_ANSWER_INVALID';
    return {
      ...NOTHING,
      latencyMs: since(),
      error: { code: isInvalid ? 'MODEL_ANSWER_INVALID' : 'MODEL_UNREACHABLE', message },
    };
  }
}

const NOTHING = {
  text: '',
  label: '',
  refused: false,
  finishReason: null,
  firstTokenMs: null,
  tokensIn: null,
  tokensOut: null,
} as const;

async function ask(deps: GenerateDeps, prompt: string, since: () => number): Promise<Timed> {
  const { http, name, protocol, headers, timeoutMs } = deps;
  const signal = AbortSignal.timeout(timeoutMs);
  const config = { headers, signal, responseType: 'stream', validateStatus: () => true } as const;
  const answer: AxiosResponse<Readable> = await http
    .post(protocol.path, bodyOf(protocol, prompt), config)
    .catch((error: unknown) => {
      throw signal.aborted ? unreachable(name, `no answer within ${timeoutMs} ms`) : error;
    });
  try {
    if (answer.status < 200 || answer.status > 299) throw await refusalOf(name, answer);
    const isStream = String(answer.headers['content-type'] ?? '').startsWith('text/event-stream');
    return isStream ? await readStream(name, answer.data, since) : await readWhole(name, answer.data);
  } catch (error) {
    if (signal.aborted) throw unreachable(name, `the answer was not whole within ${timeoutMs} ms`);
    throw error instanceof SluiceError ? error : unreachable(name, describeError(error));
  } finally {
    answer.data.destroy();
  }
}

function bodyOf({ model, system, temperature, maxTokens, stream }: ChatProtocol, prompt: string): unknown {
  const user = { role: 'user', content: prompt };
  return {
    model,
    messages: system === undefined ? [user] : [{ role: 'system', content: system }, user],
    temperature,
    max_tokens: maxTokens,
    ...(stream ? { stream: true, stream_options: { include_usage: true } } : { stream: false }),
  };
}

async function readStream(name: string, body: Readable, since: () => number): Promise<Timed> {
  const stream = new CompletionStream(MOST_BYTES);
  const decoder = new TextDecoder();
  let firstTokenMs: number | null = null;
  for await (const part of bounded(name, body)) {
    pushed(name, stream, decoder.decode(part, { stream: true }));
    if (firstTokenMs === null && stream.hasToken) firstTokenMs = since();
  }
  // The last event may lack its empty line.
  pushed(name, stream, `${decoder.decode()}\n\n`);
  if (stream.fault !== null) throw unreachable(name, `failed in the middle of a stream: ${stream.fault}`);
  if (stream.chunks === 0) throw invalid(name, 'a stream without a single completion in it');
  if (!stream.isWhole) throw unreachable(name, 'the stream ended before the answer did');
  return { completion: stream.completion, firstTokenMs };
}

function pushed(name: string, stream: CompletionStream, text: string): void {
  try {
    stream.push(text);
  } catch (error) {
    throw invalid(name, describeError(error));
  }
}

async function readWhole(name: string, body: Readable): Promise<Timed> {
  const completion = readCompletion(parseAnswer(name, await textOf(name, body)));
  if (completion === null) throw invalid(name, 'the answer has no message at /choices/0/message');
  return { completion, firstTokenMs: null };
}

/** An error answer, its reason read from the stream. */
async function refusalOf(name: string, { status, data }: AxiosResponse<Readable>): Promise<SluiceError> {
  const text = await textOf(name, data).catch(() => '');
  return modelError(name, {
    isAxiosError: true,
    message: `Request failed with status code ${status}`,
    response: { status, data: text },
  });
}

async function textOf(name: string, body: Readable): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of bounded(name, body)) parts.push(part);
  return Buffer.concat(parts).toString();
}

async function* bounded(name: string, body: Readable): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const part of body as AsyncIterable<Uint8Array>) {
    bytes += part.length;
    if (bytes > MOST_BYTES) throw invalid(name, `an answer of more than ${MOST_BYTES} bytes`);
    yield part;
  }
}

function unreachable(name: string, why: string): SluiceError {
  return new SluiceError('MODEL_UNREACHABLE', `${name}: ${why}`);
}
