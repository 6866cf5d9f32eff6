import type { LogTemplate } from '../../ports/log-store.js';
import { ANY } from './template-miner.js';

/** Words that a template must say itself, as a share, before others count as cases of it. */
const LEAST_SAID = 0.5;

/**
 * Templates that say the same: equal in text, or one a case of a more general one. Several processes find them in another order, and one template
 * becomes more general while its older cases stay.
 * @returns for each id the template that stands for it: the most general one
 */
export function mergeAlike(templates: readonly LogTemplate[]): Map<string, LogTemplate> {
  const byLength = new Map<number, Parsed[]>();
  for (const one of templates.map(parsed)) {
    const some = byLength.get(one.words.length);
    if (some === undefined) byLength.set(one.words.length, [one]);
    else some.push(one);
  }
  const merged = new Map<string, LogTemplate>();
  for (const some of byLength.values()) {
    const heads: Parsed[] = [];
    // The most general ones first; among equals the oldest stands for all, so that its id stays.
    for (const one of some.toSorted(byGenerality)) {
      const head = heads.find((other) => covers(other, one));
      if (head === undefined) heads.push(one);
      merged.set(one.template.id, (head ?? one).template);
    }
  }
  return merged;
}

interface Parsed {
  readonly template: LogTemplate;
  readonly words: readonly string[];
  readonly wild: number;
}

function parsed(template: LogTemplate): Parsed {
  const words = template.text.split(' ');
  return { template, words, wild: words.filter((word) => word === ANY).length };
}

function byGenerality(a: Parsed, b: Parsed): number {
  if (a.wild !== b.wild) return b.wild - a.wild;
  if (a.template.firstSeen !== b.template.firstSeen) return a.template.firstSeen < b.template.firstSeen ? -1 : 1;
  return a.template.id < b.template.id ? -1 : 1;
}

function covers(general: Parsed, special: Parsed): boolean {
  if (general.template.text === special.template.text) return true;
  if (general.words.length - general.wild < LEAST_SAID * general.words.length) return false;
  return general.words.every((word, i) => word === ANY || word === special.words[i]);
}
