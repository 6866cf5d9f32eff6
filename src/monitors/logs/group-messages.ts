import { OTHER_TEMPLATE } from '../../domain/log-line.js';
import { mergeAlike } from './alike.js';
import { type MinedTemplate, TemplateMiner } from './template-miner.js';

/** Templates that are remembered at all; what begins none then is `other`. */
const MOST_TEMPLATES = 20_000;

export interface GroupedMessages {
  /** The template of each message, in their order. */
  readonly lines: readonly MinedTemplate[];
  /** As the miner had grouped them when they came. */
  readonly first: readonly string[];
  /** The most frequent come first. */
  readonly templates: readonly (MinedTemplate & { readonly count: number })[];
}

/** Groups all messages of a log by template: as a miner finds them, and those that say the same merged at the end, as monitor and report do. */
export class MessageGroups {
  private readonly miner = new TemplateMiner({ mostNewHourly: MOST_TEMPLATES });
  private readonly first: string[] = [];
  private readonly found = new Map<string, { id: string; text: string; firstSeen: string }>();

  add(message: string): void {
    const { id, text } = this.miner.add(message, 0);
    const known = this.found.get(id);
    this.first.push(known?.id ?? id);
    if (known === undefined) this.found.set(id, { id, text, firstSeen: String(this.first.length).padStart(16, '0') });
    else if (known.text !== text) known.text = text;
  }

  end(): GroupedMessages {
    for (const { id, text } of this.miner.state().templates) {
      const known = this.found.get(id);
      if (known !== undefined) known.text = text;
    }
    const standsFor = mergeAlike([...this.found.values()].filter(({ id }) => id !== OTHER_TEMPLATE));
    const counts = new Map<string, MinedTemplate & { count: number }>();
    const lines = this.first.map((first) => {
      const { id, text } = standsFor.get(first) ?? { id: first, text: first };
      const counted = counts.get(id) ?? { id, text, count: 0 };
      counted.count += 1;
      counts.set(id, counted);
      return counted;
    });
    const templates = [...counts.values()].toSorted((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1));
    return { lines, first: this.first, templates };
  }
}
