import type { Route } from '../../domain/route.js';

const MOST_LABELS = 50;
const LONGEST_LABEL = 64;
/** Stands for all that is not shown by its name. */
const OTHER_LABEL = 'other';
/** What a page in UTF-8 may not be able to tell apart. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;
/** A measured quantity and not a class: each would be a label of its own. */
const FRACTION = /^-?\d*\.\d|e-\d+$/i;

/** Which predicted labels metrics show by name: the first 50 of each service, whatever the version, so that versions compare. */
export class LabelNames {
  private readonly named = new Map<string, Set<string>>();

  shown({ service, protocol }: Pick<Route, 'service' | 'protocol'>, label: string): string {
    // A model's own words may be its user's, and belong on no page.
    if (protocol.kind === 'chat' && protocol.choices === undefined) return OTHER_LABEL;
    let names = this.named.get(service);
    if (names === undefined) {
      names = new Set();
      this.named.set(service, names);
    }
    if (names.has(label)) return label;
    if (names.size >= MOST_LABELS || !isName(label)) return OTHER_LABEL;
    names.add(label);
    return label;
  }
}

function isName(label: string): boolean {
  return label.length <= LONGEST_LABEL && !FRACTION.test(label) && !UNPRINTABLE.test(label);
}
