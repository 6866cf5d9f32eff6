import { maskNumber } from './mask-number.js';
import { KINDS, maskQuoted, maskWord, nameParameters, PARAMETER } from './masks.js';

const MOST_WORDS = 100;
/** The rest of a message that is longer. */
const REST = '<...>';

const KIND_OF = new Uint8Array(128);
for (const [kind, characters] of [
  [KINDS.space, ' \t\n\r\v\f'],
  [KINDS.digit, '0123456789'],
  [KINDS.slash, '/\\'],
  [KINDS.point, '.'],
  [KINDS.colon, ':'],
  [KINDS.dash, '-'],
  [KINDS.mark, '<'],
] as const)
  for (const character of characters) KIND_OF[character.charCodeAt(0)] = kind;

const UNITS = new Set(
  (
    'ns us µs ms s sec secs second seconds min mins minute minutes hour hours day days % byte bytes B KB kB MB GB TB PB KiB MiB GiB TiB ' +
    'Kb Mb Gb KB/s MB/s GB/s kB/s Hz kHz MHz GHz'
  ).split(' '),
);
const MONTHS = new Set('Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' '));
const DAYS = new Set('Mon Tue Wed Thu Fri Sat Sun'.split(' '));
const MONTH = /(?<=^[[(]?)[A-Z][a-z]{2}(?=[\])},;:.]*$)/;
const FRONT = /^[[(]/;
const DAY_OF_MONTH = /^\d{1,2},?$/;
const YEAR_OR_CLOCK = /^(?:\d{4}|\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)[\])},;:.]*$/;
const END = /[\])},;:.!?]+$/;

export interface MessageWords {
  /** With `<#>` in place of parameters. A message without any word is one empty word. */
  readonly words: string[];
  /** As they stand in the message. */
  readonly raw: string[];
}

/**
 * The words of a message. A number takes its unit along and a date its time of day; of a list of parameters of one shape one is left, so
 * that a message is the same however long its lists are.
 */
export function wordsOf(message: string): MessageWords {
  const text = maskQuoted(message);
  const found: MessageWords = { words: [], raw: [] };
  let [from, kinds] = [0, 0];
  for (let i = 0; i <= text.length; i += 1) {
    const code = i < text.length ? text.charCodeAt(i) : 0x20;
    const kind = code < 128 ? (KIND_OF[code] as number) : 0;
    if (kind !== KINDS.space) {
      kinds |= kind;
      continue;
    }
    if (i > from) push(found, text.slice(from, i), kinds);
    if (found.words.length > MOST_WORDS) return cut(found);
    [from, kinds] = [i + 1, 0];
  }
  if (found.words.length === 0) add(found, '', '');
  return found;
}

/** The template as a person reads it. */
export function textOf({ words, raw }: MessageWords): string {
  return words.map((word, i) => (word.includes(PARAMETER) ? nameOf(raw[i] as string) : word)).join(' ');
}

function nameOf(raw: string): string {
  return isDate(raw) ? raw.replace(MONTH, '<time>') : nameParameters(raw);
}

/** What is left of a date is its month, with the signs around the whole. */
function isDate(raw: string): boolean {
  return MONTHS.has(MONTH.exec(raw)?.[0] ?? '');
}

function push(found: MessageWords, raw: string, kinds: number): void {
  const { words } = found;
  const last = words.length === 0 ? '' : (words[words.length - 1] as string);
  const word = maskedWord(raw, kinds);
  if (word !== raw) {
    if (last.endsWith(PARAMETER) ? YEAR_OR_CLOCK.test(raw) : DAY_OF_MONTH.test(raw)) {
      if (joinDate(found, raw)) return;
    }
    if (last === word && !word.endsWith(':')) return;
    if (isListed(last) && last.slice(0, -1) === word.replace(END, '')) drop(found);
  } else if (last.endsWith(PARAMETER) && UNITS.has(raw.replace(END, ''))) {
    return extend(found, END.exec(raw)?.[0] ?? '');
  }
  add(found, word, raw);
}

/** `[Wed Dec 10 06:55:46 2025]` is one time. @returns false: there is no date before */
function joinDate(found: MessageWords, raw: string): boolean {
  const before = found.raw.at(-1) ?? '';
  if (!isDate(before)) return false;
  if (found.words.at(-1) !== before) {
    extend(found, END.exec(raw)?.[0] ?? '');
    return true;
  }
  drop(found);
  const day = found.words.at(-1)?.replace(END, '') ?? '';
  const front = FRONT.exec(day)?.[0] ?? '';
  const isDay = DAYS.has(day.slice(front.length));
  if (isDay) drop(found);
  const month = (isDay ? front : '') + before;
  add(found, month.replace(MONTH, PARAMETER), month);
  return true;
}

/** More of the last word. */
function extend(found: MessageWords, end: string): void {
  const [word, raw] = [found.words.at(-1), found.raw.at(-1)] as [string, string];
  drop(found);
  add(found, word + end, raw + end);
}

function maskedWord(raw: string, kinds: number): string {
  if (kinds === 0) return raw;
  return ((kinds & KINDS.digit) !== 0 ? maskNumber(raw) : null) ?? maskWord(raw, kinds);
}

function isListed(word: string): boolean {
  return word.endsWith(',') || word.endsWith(';');
}

function add({ words, raw }: MessageWords, word: string, as: string): void {
  words.push(word);
  raw.push(as);
}

function drop({ words, raw }: MessageWords): void {
  words.pop();
  raw.pop();
}

function cut({ words, raw }: MessageWords): MessageWords {
  return { words: [...words.slice(0, MOST_WORDS - 1), REST], raw: [...raw.slice(0, MOST_WORDS - 1), REST] };
}
