import { createHash } from 'node:crypto';
import { OTHER_TEMPLATE } from '../../domain/log-line.js';
import { maskParameters } from './masks.js';

/** Stands for words that differ. */
export const ANY = '<*>';

const MOST_WORDS = 100;
/** The rest of a message that is longer. */
const REST = '<...>';

export interface MinerOptions {
  /** Words of a template that a message must have in their places, as a share. */
  readonly similarity: number;
  /** Words at the beginning that choose the leaf. */
  readonly depth: number;
  /** Different words at one place of the tree; further ones share a branch. */
  readonly mostChildren: number;
  /** Templates at once; the one unused for longest makes room. */
  readonly mostTemplates: number;
  /** Templates in one leaf, all of which a message is compared with; the one unused for longest makes room. */
  readonly mostInLeaf: number;
  /** New templates an hour: past that, messages that fit none are `other`. */
  readonly mostNewHourly: number;
}

/** Those of the paper: similarity 0.4 and depth 4, which counts root and length too. The limits are ours. */
const DEFAULTS: MinerOptions = {
  similarity: 0.4,
  depth: 2,
  mostChildren: 100,
  mostTemplates: 2000,
  mostInLeaf: 100,
  mostNewHourly: 1000,
};

export interface MinedTemplate {
  readonly id: string;
  readonly text: string;
}

/** Plain JSON; templates in the order of their last use. */
export interface MinerState {
  readonly templates: readonly MinedTemplate[];
  /** Messages without a template, and templates that had to make room. */
  readonly others: number;
  readonly evicted: number;
}

interface Template {
  readonly id: string;
  words: string[];
  text: string;
  readonly leaf: Branch;
}

/** A branch of the tree; only those at the end hold templates. */
interface Branch {
  readonly word: string;
  readonly parent: Branch | null;
  readonly children: Map<string, Branch>;
  /** In the order of their last use. */
  readonly templates: Set<Template>;
}

const HOUR_MS = 3_600_000;

/**
 * Finds the templates of messages one by one: a tree of fixed depth (number of words, then first words) leads to a few templates, of which the
 * likest is taken and made more general, or a new one begins.
 * Source: P. He, J. Zhu, Z. Zheng, M. R. Lyu (2017), Drain: An Online Log Parsing Approach with Fixed Depth Tree, ICWS, 33-40.
 * Bounded: see `MinerOptions`. The same messages in the same order give the same templates and ids.
 */
export class TemplateMiner {
  private readonly options: MinerOptions;
  private readonly root = branchOf('', null);
  /** In the order of their last use. */
  private readonly byId = new Map<string, Template>();
  private hour = Number.NEGATIVE_INFINITY;
  private newInHour = 0;
  private others = 0;
  private evicted = 0;

  constructor(options: Partial<MinerOptions> = {}) {
    this.options = { ...DEFAULTS, ...options };
  }

  /** Goes on from what was found before, here or elsewhere. */
  static from(state: MinerState, options: Partial<MinerOptions> = {}): TemplateMiner {
    const miner = new TemplateMiner(options);
    for (const { id, text } of state.templates.slice(-miner.options.mostTemplates)) {
      const words = text.split(' ');
      if (!miner.byId.has(id)) miner.keep({ id, words, text, leaf: miner.leafOf(words) });
    }
    miner.others = state.others;
    miner.evicted = state.evicted;
    return miner;
  }

  get size(): number {
    return this.byId.size;
  }

  /** @param nowMs what hours are counted by @returns the template that the message has now */
  add(message: string, nowMs: number): MinedTemplate {
    const words = wordsOf(message);
    const leaf = this.leafOf(words);
    const likest = this.likest(leaf, words);
    if (likest !== null) return this.use(likest, words);
    return this.begin(words, leaf, nowMs);
  }

  state(): MinerState {
    const templates = [...this.byId.values()].map(({ id, text }) => ({ id, text }));
    return { templates, others: this.others, evicted: this.evicted };
  }

  private use(template: Template, words: readonly string[]): MinedTemplate {
    if (template.words.some((word, i) => word !== words[i] && word !== ANY)) {
      template.words = template.words.map((word, i) => (word === words[i] ? word : ANY));
      template.text = template.words.join(' ');
    }
    this.byId.delete(template.id);
    template.leaf.templates.delete(template);
    return this.keep(template);
  }

  private begin(words: string[], leaf: Branch, nowMs: number): MinedTemplate {
    const text = words.join(' ');
    const id = createHash('sha256').update(text).digest('hex').slice(0, 16);
    const same = this.byId.get(id);
    // It began with these words and has become another since; or it was kept elsewhere, and grew in another tree.
    if (same !== undefined) return same.words.length === words.length ? this.use(same, words) : this.other(leaf);
    if (!this.mayBegin(nowMs)) return this.other(leaf);
    if (leaf.templates.size >= this.options.mostInLeaf) this.evict(leaf.templates);
    else if (this.byId.size >= this.options.mostTemplates) this.evict(this.byId.values());
    // Asked for anew: making room may have taken the branch away.
    return this.keep({ id, words, text, leaf: this.leafOf(words) });
  }

  private mayBegin(nowMs: number): boolean {
    const hour = Math.floor(nowMs / HOUR_MS);
    if (hour !== this.hour) [this.hour, this.newInHour] = [hour, 0];
    this.newInHour += 1;
    return this.newInHour <= this.options.mostNewHourly;
  }

  private other(leaf: Branch): MinedTemplate {
    prune(leaf);
    this.others += 1;
    return { id: OTHER_TEMPLATE, text: OTHER_TEMPLATE };
  }

  private keep(template: Template): MinedTemplate {
    template.leaf.templates.add(template);
    this.byId.set(template.id, template);
    return template;
  }

  private evict(among: Iterable<Template>): void {
    const [oldest] = among;
    if (oldest === undefined) return;
    this.byId.delete(oldest.id);
    oldest.leaf.templates.delete(oldest);
    this.evicted += 1;
    prune(oldest.leaf);
  }

  private leafOf(words: readonly string[]): Branch {
    let at = childOf(this.root, `${words.length} words`);
    for (const word of words.slice(0, this.options.depth)) at = this.step(at, word);
    return at;
  }

  /** A word with a digit is most likely a parameter. */
  private step(at: Branch, word: string): Branch {
    const known = at.children.get(word);
    if (known !== undefined) return known;
    const isShared = /\d/.test(word) || at.children.size >= this.options.mostChildren;
    return childOf(at, isShared ? ANY : word);
  }

  /** Of those that are alike enough the likest; among equals the more general one. */
  private likest({ templates }: Branch, words: readonly string[]): Template | null {
    let best: { template: Template; same: number; wild: number } | null = null;
    for (const template of templates) {
      const { same, wild } = likeness(template.words, words);
      if (best === null || same > best.same || (same === best.same && wild > best.wild))
        best = { template, same, wild };
    }
    return best !== null && best.same >= this.options.similarity * words.length ? best.template : null;
  }
}

/** What masking leaves, word by word; a message without any is one empty word. */
function wordsOf(message: string): string[] {
  const words = maskParameters(message).trim().split(/\s+/);
  return words.length > MOST_WORDS ? [...words.slice(0, MOST_WORDS - 1), REST] : words;
}

function likeness(template: readonly string[], words: readonly string[]): { same: number; wild: number } {
  let [same, wild] = [0, 0];
  for (let i = 0; i < words.length; i += 1) {
    if (template[i] === ANY) wild += 1;
    else if (template[i] === words[i]) same += 1;
  }
  return { same, wild };
}

function branchOf(word: string, parent: Branch | null): Branch {
  return { word, parent, children: new Map(), templates: new Set() };
}

function childOf(parent: Branch, word: string): Branch {
  const known = parent.children.get(word);
  if (known !== undefined) return known;
  const child = branchOf(word, parent);
  parent.children.set(word, child);
  return child;
}

/** Takes away a branch that leads nowhere, so that a flood of messages leaves no tree behind. */
function prune(branch: Branch): void {
  for (let at = branch; at.parent !== null && at.children.size === 0 && at.templates.size === 0; at = at.parent)
    at.parent.children.delete(at.word);
}
