import { PARAMETER } from './masks.js';

/** Stands for words that differ. */
export const ANY = '<*>';

/** Different words at one place of messages that are otherwise alike: up to so many are messages of their own, more are names. */
const MOST_WORDS = 4;
/** States, written in capitals or as what happened (`started`, `stopping`), may be more. */
const MOST_STATES = 16;
/** What a message begins with is seldom a name. */
const MOST_FIRST_WORDS = 16;

const STATE = /^[[("']?(?:[A-Z][A-Z_]+|[A-Za-z][a-z]*(?:ed|ing))[\])"',;:.]*$/;
const WHOLE = /^(?:[\w.-]+=)?[[("']*<[#*]>[\])"',;:.]*$|^[\w.-]+=\w+(?:\.\w+)+[\])"',;:.]*$/;
const KEY = /^[A-Za-z_][\w.-]*[=:](?=.)/;
const SAID = /[A-Za-z\u0080-\uffff]/;

/** Words of a message or of a template, with `<#>` in place of parameters. */
export interface Worded {
  readonly words: readonly string[];
}

/** Whether a message of these words has the template. */
export function covers(general: readonly string[], words: readonly string[]): boolean {
  for (let i = 0; i < words.length; i += 1) {
    const wanted = general[i] as string;
    if (wanted !== words[i] && !isCase(wanted, words[i] as string)) return false;
  }
  return true;
}

function isCase(wanted: string, word: string): boolean {
  const at = wanted.indexOf(ANY);
  if (at === -1 || word.length < wanted.length - ANY.length) return false;
  return word.startsWith(wanted.slice(0, at)) && word.endsWith(wanted.slice(at + ANY.length));
}

/**
 * Those that are one template, by what differs between them, as groups; all have as many words as each other. Where few words differ at a
 * place, each is a template of its own (`VM started`, `VM stopped`): divided by the place with the fewest. Where many do, it is a name.
 * After Brain's rule of children: S. Yu, P. He, N. Chen, Y. Wu (2023), Brain: Log Parsing with Bidirectional Parallel Tree, IEEE TSC 16:3224-3237.
 * @param holding only the group that has these words is looked for
 */
export function groupsOf<T extends Worded>(some: readonly T[], holding?: readonly string[]): T[][] {
  if (some.length <= 1) return some.length === 0 ? [] : [[...some]];
  const place = placeToDivide(some);
  if (place === null) return [[...some]];
  const parts = new Map<string, T[]>();
  for (const one of some) {
    const word = one.words[place] as string;
    if (holding !== undefined && word !== holding[place]) continue;
    const part = parts.get(word);
    if (part === undefined) parts.set(word, [one]);
    else part.push(one);
  }
  return [...parts.values()].flatMap((part) => groupsOf(part, holding));
}

interface Place {
  readonly place: number;
  readonly words: ReadonlySet<string>;
}

/** null: what differs are names, and enough is said besides. */
function placeToDivide(some: readonly Worded[]): number | null {
  const length = some[0]?.words.length ?? 0;
  const [few, many]: [Place[], Place[]] = [[], []];
  let said = 0;
  for (let place = 0; place < length; place += 1) {
    const words = new Set(some.map((one) => one.words[place] as string));
    if (words.size > 1) (isFew(place, words) ? few : many).push({ place, words });
    else if (isSaid(some[0]?.words[place] as string)) said += 1;
  }
  // Several values that vary are a record of values.
  const values = few.filter(({ words }) => commonKey([...words]) !== '');
  const cases = values.length > 1 ? few.filter((one) => !values.includes(one)) : few;
  if (cases.length > 0) return leastOf(cases);
  const names = [...many, ...(values.length > 1 ? values : [])];
  return names.length === 0 || said >= names.length ? null : leastOf(names);
}

function leastOf(places: readonly Place[]): number {
  return places.reduce((least, one) => (one.words.size < least.words.size ? one : least)).place;
}

function isFew(place: number, words: ReadonlySet<string>): boolean {
  return words.size <= mostAt(place, words) && !isParameter(words);
}

function mostAt(place: number, words: ReadonlySet<string>): number {
  if (place === 0) return MOST_FIRST_WORDS;
  for (const word of words) if (!STATE.test(word)) return MOST_WORDS;
  return MOST_STATES;
}

/** What is a number or an address for once is a name where it is a word; and so is a value with points. Nothing at all, as in `()`, is a case. */
function isParameter(words: ReadonlySet<string>): boolean {
  let [whole, others] = [false, true];
  for (const word of words) {
    if (WHOLE.test(word)) whole = true;
    else others &&= isSaid(word);
  }
  return whole && others;
}

function isSaid(word: string): boolean {
  return word !== ANY && SAID.test(word.replaceAll(PARAMETER, ''));
}

/** Of `key=value` and `key:value`. */
function commonKey(words: readonly string[]): string {
  const [first = ''] = words;
  const key = KEY.exec(first)?.[0] ?? '';
  return words.every((word) => word.startsWith(key)) ? key : '';
}

/** The words that stand for all of these: a key before them stays, and a comma behind. */
export function generalWord(words: readonly string[]): string {
  const [first = ANY] = words;
  if (words.every((word) => word === first)) return first;
  const end = /[,;:.)\]}]$/.exec(first)?.[0] ?? '';
  return commonKey(words) + ANY + (words.every((word) => word.endsWith(end)) ? end : '');
}
