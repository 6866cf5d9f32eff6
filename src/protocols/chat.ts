import type { ChatProtocol } from '../domain/protocol.js';
import { EventStreamReader } from './event-stream.js';
import { isObject, valueAt } from './json-pointer.js';

/** What a chat completion said, however it came. */
export interface Completion {
  readonly text: string;
  /** The model said so itself, in a field for it or by its reason to end. */
  readonly refused: boolean;
  readonly finishReason: string | null;
  readonly tokensIn: number | null;
  readonly tokensOut: number | null;
}

const REFUSED = '(refused)';
const NO_CHOICE = '(none)';
const LONGEST_LABEL = 200;
/** The `data` after the last token. */
const DONE = '[DONE]';

/** @returns null where it is no completion */
export function readCompletion(answer: unknown): Completion | null {
  const choice = valueAt(answer, ['choices', '0']);
  if (!isObject(choice) || !isObject(choice['message'])) return null;
  const { content, refusal } = partsOf(choice['message']);
  return completionOf(content ?? '', refusal, textOf(choice['finish_reason']), usageOf(answer));
}

/** Puts a streamed completion together from its events. */
export class CompletionStream {
  private text = '';
  private refusal = '';
  private finishReason: string | null = null;
  private usage: Usage = NO_USAGE;
  private readonly events: EventStreamReader;
  private readonly most: number;
  /** Whether anything but a role has come. */
  hasToken = false;
  /** Whether the stream has come to its end, and was not cut off. */
  isWhole = false;
  /** What the server says went wrong in the middle; null where nothing did. */
  fault: string | null = null;
  /** Completion chunks that were read. */
  chunks = 0;

  /** @param most characters of the whole text */
  constructor(most: number) {
    this.most = most;
    this.events = new EventStreamReader((data) => this.take(data));
  }

  /** @throws {RangeError} where it is too long */
  push(text: string): void {
    this.events.push(text);
  }

  get completion(): Completion {
    return completionOf(this.text, this.refusal, this.finishReason, this.usage);
  }

  private take(data: string): void {
    if (data === DONE) {
      this.isWhole = true;
      return;
    }
    const chunk = parsed(data);
    if (!isObject(chunk)) {
      this.fault ??= `an event that is no JSON: ${data.slice(0, 100)}`;
      return;
    }
    if (chunk['error'] !== undefined && chunk['error'] !== null) this.fault ??= messageOf(chunk['error']);
    if (isObject(chunk['usage'])) this.usage = usageOf(chunk);
    const choice = valueAt(chunk, ['choices', '0']);
    if (isObject(choice)) this.takeChoice(choice);
  }

  private takeChoice(choice: Record<string, unknown>): void {
    this.chunks += 1;
    const { content, refusal, hasMore } = partsOf(choice['delta']);
    this.text += content ?? '';
    this.refusal += refusal;
    if (this.text.length + this.refusal.length > this.most)
      throw new RangeError(`a completion of more than ${this.most} characters`);
    if ((content ?? '') !== '' || refusal !== '' || hasMore) this.hasToken = true;
    const reason = textOf(choice['finish_reason']);
    if (reason === null) return;
    this.finishReason = reason;
    this.isWhole = true;
  }
}

/** Whether an answer declines what it was asked: by its fields, or by a phrase of the spec. */
export function isRefusal({ text, refused }: Completion, { refusals = [] }: Pick<ChatProtocol, 'refusals'>): boolean {
  if (refused) return true;
  const said = normalised(text);
  return refusals.some((phrase) => said.includes(normalised(phrase)));
}

/** The label of an answer: that it refuses, the choice that it names first, or its text in lower case with single spaces. */
export function labelOf(completion: Completion, protocol: Pick<ChatProtocol, 'choices' | 'refusals'>): string {
  if (isRefusal(completion, protocol)) return REFUSED;
  const said = normalised(completion.text);
  // NUL is the one character a PostgreSQL text can't hold.
  if (protocol.choices === undefined) return said.replaceAll('\0', '').slice(0, LONGEST_LABEL);
  return choiceIn(said, protocol.choices) ?? NO_CHOICE;
}

/** The choice that stands first as whole words; of two at one place the longer. */
function choiceIn(said: string, choices: readonly string[]): string | null {
  let best: { choice: string; at: number } | null = null;
  for (const choice of choices) {
    const at = wordsAt(said, normalised(choice));
    if (at < 0) continue;
    if (best === null || at < best.at || (at === best.at && choice.length > best.choice.length)) best = { choice, at };
  }
  return best?.choice ?? null;
}

const LETTER = /[\p{L}\p{N}_]/u;

function wordsAt(said: string, words: string): number {
  for (let at = said.indexOf(words); at >= 0; at = said.indexOf(words, at + 1)) {
    const [before, after] = [said[at - 1] ?? ' ', said[at + words.length] ?? ' '];
    if (!LETTER.test(before) && !LETTER.test(after)) return at;
  }
  return -1;
}

function normalised(text: string): string {
  return text.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
}

interface Usage {
  readonly tokensIn: number | null;
  readonly tokensOut: number | null;
}
const NO_USAGE: Usage = { tokensIn: null, tokensOut: null };

function completionOf(text: string, refusal: string, finishReason: string | null, usage: Usage): Completion {
  const refused = refusal !== '' || finishReason === 'content_filter';
  return { text: text === '' ? refusal : text, refused, finishReason, ...usage };
}

/** A message or a delta of one. Content may come as a list of parts. `hasMore`: calls of tools, or thoughts. */
function partsOf(message: unknown): { content: string | null; refusal: string; hasMore: boolean } {
  if (!isObject(message)) return { content: null, refusal: '', hasMore: false };
  const { content, refusal, tool_calls: calls, reasoning_content: thoughts } = message;
  const parts: string | null = Array.isArray(content)
    ? content.map((part) => textOf(valueAt(part, ['text'])) ?? '').join('')
    : textOf(content);
  const hasMore = (Array.isArray(calls) && calls.length > 0) || (textOf(thoughts) ?? '') !== '';
  return { content: parts, refusal: textOf(refusal) ?? '', hasMore };
}

function usageOf(answer: unknown): Usage {
  const count = (key: string) => {
    const value = valueAt(answer, ['usage', key]);
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
  };
  return { tokensIn: count('prompt_tokens'), tokensOut: count('completion_tokens') };
}

function messageOf(error: unknown): string {
  return (textOf(isObject(error) ? error['message'] : error) ?? 'an error in the stream').slice(0, 200);
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
