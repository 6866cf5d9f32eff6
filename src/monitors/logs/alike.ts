import { ANY, covers, generalWord, groupsOf } from './generalize.js';
import { withoutKinds } from './masks.js';

/** A template as it is kept; `firstSeen` in any form whose order as text is that of time. */
export interface KeptTemplate {
  readonly id: string;
  readonly text: string;
  readonly firstSeen: string;
}

/** Words that a template must say itself, as a share, before others count as cases of it. */
const LEAST_SAID = 0.5;

/**
 * Templates that say the same: equal in text, one a case of a more general one, or different in names only. Several processes find them in another
 * order, and one template becomes more general while its older cases stay.
 * @returns for each id the template that stands for it: the most general one
 */
export function mergeAlike<T extends KeptTemplate>(templates: readonly T[]): Map<string, T> {
  const byLength = new Map<number, Parsed<T>[]>();
  for (const one of templates.map((template) => parsed(template))) {
    const some = byLength.get(one.words.length);
    if (some === undefined) byLength.set(one.words.length, [one]);
    else some.push(one);
  }
  const merged = new Map<string, T>();
  for (const some of byLength.values()) {
    const [heads, headOf] = headsOf(some);
    const standsFor = new Map(groupsOf(heads).flatMap((group) => namedAlike(group)));
    for (const [id, head] of headOf) merged.set(id, standsFor.get(head) ?? head.template);
  }
  return merged;
}

interface Parsed<T> {
  readonly template: T;
  /** With `<#>` in place of parameters. */
  readonly words: readonly string[];
  readonly wild: number;
}

function parsed<T extends KeptTemplate>(template: T): Parsed<T> {
  const words = withoutKinds(template.text).split(' ');
  return { template, words, wild: words.filter((word) => word.includes(ANY)).length };
}

/** Those that are no case of another, and by id which of them each is a case of. */
function headsOf<T extends KeptTemplate>(some: readonly Parsed<T>[]): [Parsed<T>[], Map<string, Parsed<T>>] {
  const heads: Parsed<T>[] = [];
  const general: Parsed<T>[] = [];
  const byWords = new Map<string, Parsed<T>>();
  const headOf = new Map<string, Parsed<T>>();
  // The most general ones first; among equals the oldest stands for all, so that its id stays.
  for (const one of some.toSorted(byGenerality)) {
    const key = one.words.join(' ');
    const head = byWords.get(key) ?? general.find((other) => covers(other.words, one.words));
    headOf.set(one.template.id, head ?? one);
    if (head !== undefined) continue;
    heads.push(one);
    byWords.set(key, one);
    if (one.wild > 0 && saysEnough(one)) general.push(one);
  }
  return [heads, headOf];
}

function byGenerality(a: Parsed<KeptTemplate>, b: Parsed<KeptTemplate>): number {
  if (a.wild !== b.wild) return b.wild - a.wild;
  if (a.template.firstSeen !== b.template.firstSeen) return a.template.firstSeen < b.template.firstSeen ? -1 : 1;
  return a.template.id < b.template.id ? -1 : 1;
}

function saysEnough({ words, wild }: Parsed<KeptTemplate>): boolean {
  return words.length - wild >= LEAST_SAID * words.length;
}

function namedAlike<T extends KeptTemplate>(group: readonly Parsed<T>[]): [Parsed<T>, T][] {
  const [first] = group;
  if (first === undefined) return [];
  const texts = group.map(({ template }) => template.text.split(' '));
  const text = first.words.map((_, i) => generalWord(texts.map((words) => words[i] as string))).join(' ');
  return group.map((one) => [one, { ...first.template, text }]);
}
