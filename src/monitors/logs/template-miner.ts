import { createHash } from 'node:crypto';
import { HOUR_MS } from '../../domain/duration.js';
import { OTHER_TEMPLATE } from '../../domain/log-line.js';
import { ANY, covers, generalWord, groupsOf } from './generalize.js';
import { withoutKinds } from './masks.js';
import { type MessageWords, textOf, wordsOf } from './message-words.js';

export interface MinerOptions {
  /** Templates at once; the one unused for longest makes room. */
  readonly mostTemplates: number;
  /** New templates an hour: past that, messages that fit none are `other`. */
  readonly mostNewHourly: number;
}

const DEFAULTS: MinerOptions = { mostTemplates: 2000, mostNewHourly: 1000 };

/** Messages whose template is known without a search; past that they are forgotten. */
const MOST_SEEN = 10_000;

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
  /** With `<#>` in place of parameters. */
  readonly words: readonly string[];
  readonly text: string;
  readonly wild: number;
  usedAt: number;
}

/**
 * Finds the templates of messages one by one. What masking leaves of a message is compared with the templates of as many words; one that fits
 * none begins a template, and those that then differ in names only become one.
 * Bounded: see `MinerOptions`. The same messages in the same order give the same templates and ids.
 */
export class TemplateMiner {
  private readonly options: MinerOptions;
  private readonly byId = new Map<string, Template>();
  /** Those of as many words. */
  private readonly byLength = new Map<number, Set<Template>>();
  private readonly seen = new Map<string, Template>();
  private uses = 0;
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
    for (const { id, text } of state.templates.slice(-miner.options.mostTemplates))
      if (!miner.byId.has(id)) miner.keep(id, text.split(' '));
    miner.others = state.others;
    miner.evicted = state.evicted;
    return miner;
  }

  get size(): number {
    return this.byId.size;
  }

  /** @param nowMs what hours are counted by @returns the template that the message has now */
  add(message: string, nowMs: number): MinedTemplate {
    const found = wordsOf(message);
    const key = found.words.join(' ');
    let template = this.seen.get(key) ?? this.fitting(found.words);
    if (template === null) {
      template = this.begin(found, key, nowMs);
      if (template === null) return this.other();
    }
    this.see(key, template);
    template.usedAt = this.uses += 1;
    return template;
  }

  state(): MinerState {
    const templates = [...this.byId.values()]
      .toSorted((a, b) => a.usedAt - b.usedAt)
      .map(({ id, text }) => ({ id, text }));
    return { templates, others: this.others, evicted: this.evicted };
  }

  /** The one that says most; among equals the first by id, so that restarts and other processes agree. */
  private fitting(words: readonly string[]): Template | null {
    let best: Template | null = null;
    for (const one of this.byLength.get(words.length) ?? [])
      if (covers(one.words, words) && (best === null || order(one, best) < 0)) best = one;
    return best;
  }

  private see(key: string, template: Template): void {
    if (this.seen.size >= MOST_SEEN) this.seen.clear();
    this.seen.set(key, template);
  }

  /** null: there were too many new ones lately. */
  private begin(found: MessageWords, key: string, nowMs: number): Template | null {
    const id = createHash('sha256').update(key).digest('hex').slice(0, 16);
    // Kept elsewhere, where it grew into something that does not fit.
    if (this.byId.has(id) || !this.mayBegin(nowMs)) return null;
    if (this.byId.size >= this.options.mostTemplates) this.evict();
    return this.generalize(this.keep(id, textOf(found).split(' ')));
  }

  private mayBegin(nowMs: number): boolean {
    const hour = Math.floor(nowMs / HOUR_MS);
    if (hour !== this.hour) [this.hour, this.newInHour] = [hour, 0];
    this.newInHour += 1;
    return this.newInHour <= this.options.mostNewHourly;
  }

  /** Makes one of those that, since there is this one too, differ in names only. */
  private generalize(latest: Template): Template {
    const alike = [...(this.byLength.get(latest.words.length) ?? [])];
    const [group = []] = groupsOf(alike, latest.words);
    if (group.length <= 1) return latest;
    const [first = latest] = group.toSorted((a, b) => b.wild - a.wild || order(a, b));
    for (const one of group) this.drop(one);
    const texts = group.map(({ text }) => text.split(' '));
    return this.keep(
      first.id,
      first.text.split(' ').map((_, i) => generalWord(texts.map((text) => text[i] as string))),
    );
  }

  private other(): MinedTemplate {
    this.others += 1;
    return { id: OTHER_TEMPLATE, text: OTHER_TEMPLATE };
  }

  private keep(id: string, named: readonly string[]): Template {
    const text = named.join(' ');
    const words = named.map(withoutKinds);
    const wild = words.filter((word) => word.includes(ANY)).length;
    const template: Template = { id, words, text, wild, usedAt: (this.uses += 1) };
    this.byId.set(id, template);
    const alike = this.byLength.get(words.length);
    if (alike === undefined) this.byLength.set(words.length, new Set([template]));
    else alike.add(template);
    return template;
  }

  private drop(template: Template): void {
    this.seen.clear();
    this.byId.delete(template.id);
    const alike = this.byLength.get(template.words.length);
    alike?.delete(template);
    if (alike?.size === 0) this.byLength.delete(template.words.length);
  }

  private evict(): void {
    let oldest: Template | null = null;
    for (const one of this.byId.values()) if (oldest === null || one.usedAt < oldest.usedAt) oldest = one;
    if (oldest === null) return;
    this.drop(oldest);
    this.evicted += 1;
  }
}

function order(a: Template, b: Template): number {
  return a.wild - b.wild || (a.id < b.id ? -1 : 1);
}
