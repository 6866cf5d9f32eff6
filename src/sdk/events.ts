import type { LiveEvent } from '../api/schema/event.js';
import { SluiceApiError } from './errors.js';
import { type Http, wait } from './http.js';

export interface FollowOptions {
  readonly service?: string;
  /** Goes on after this event. */
  readonly lastEventId?: string | null;
  readonly signal?: AbortSignal;
  /** Told whenever the connection is there, or is not: a page says so. */
  readonly onConnection?: (state: 'open' | 'lost', error: unknown) => void;
}

/** Three pings that did not come. */
const SILENCE_MS = 50_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const NAMES: readonly string[] = ['rollout', 'decision', 'incident', 'ping', 'reset'];

/**
 * What changes, as it changes. Connects again, for as long as it is listened to, after the last event that came; what was missed for too long is told by
 * `reset`. Ends when the signal does.
 * @throws {SluiceApiError} where the api refuses: 400, 401, 403
 */
export async function* followEvents(
  http: Http,
  options: FollowOptions = {},
): AsyncGenerator<LiveEvent, void, undefined> {
  const { signal, onConnection = () => undefined } = options;
  let lastId = options.lastEventId ?? null;
  for (let failures = 0; !isOver(signal); ) {
    let lost: unknown = null;
    try {
      for await (const event of connection(http, options, lastId, () => onConnection('open', null))) {
        failures = 0;
        lastId = event.id ?? lastId;
        yield event;
      }
    } catch (error) {
      if (isOver(signal)) return;
      if (error instanceof SluiceApiError && [400, 401, 403].includes(error.status)) throw error;
      lost = error;
      failures += 1;
    }
    if (lost !== null) onConnection('lost', lost);
    const pause = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures, 8)) * (0.5 + Math.random() / 2);
    await wait(lost === null ? FIRST_WAIT_MS : pause, signal).catch(() => undefined);
  }
}

/** Asked anew each time: the compiler takes a signal to stay as it was. */
function isOver(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** One connection, to its end. */
async function* connection(
  http: Http,
  { service, signal }: FollowOptions,
  lastId: string | null,
  onOpen: () => void,
): AsyncGenerator<LiveEvent, void, undefined> {
  const silence = new AbortController();
  const whole = signal === undefined ? silence.signal : AbortSignal.any([signal, silence.signal]);
  const restart = () =>
    setTimeout(() => silence.abort(new Error(`nothing was heard for ${SILENCE_MS} ms`)), SILENCE_MS);
  let timer = restart();
  try {
    const response = await http.open({
      method: 'GET',
      path: '/v1/events',
      query: { service },
      headers: { accept: 'text/event-stream', ...(lastId === null ? {} : { 'last-event-id': lastId }) },
      signal: whole,
    });
    onOpen();
    for await (const text of chunksOf(response, whole)) {
      clearTimeout(timer);
      timer = restart();
      for (const event of text) yield event;
    }
  } finally {
    clearTimeout(timer);
    // Whoever stops listening hangs up.
    silence.abort();
  }
}

/** Events as they become whole, some at a time. */
async function* chunksOf(response: Response, signal: AbortSignal): AsyncGenerator<LiveEvent[], void, undefined> {
  const reader = response.body?.getReader();
  if (reader === undefined) throw new SluiceApiError(0, 'UNREADABLE', 'the answer has no body');
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) return;
      const blocks = (rest + decoder.decode(value, { stream: true })).split('\n\n');
      rest = blocks.pop() ?? '';
      yield blocks.flatMap((block) => parseEvent(block) ?? []);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** As far as the api writes it: one line each of id, event and data. Names that are new are left out. */
export function parseEvent(block: string): LiveEvent | null {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const at = line.indexOf(':');
    if (at > 0) fields.set(line.slice(0, at), line.slice(at + 1).replace(/^ /, ''));
  }
  const event = fields.get('event');
  const data = fields.get('data');
  if (event === undefined || data === undefined || !NAMES.includes(event)) return null;
  return { event, id: fields.get('id') ?? null, data: JSON.parse(data) } as LiveEvent;
}
