import { newMark } from '../client/new-start.js';
import { SluiceError } from '../domain/errors.js';

const KEPT_MS = 10 * 60_000;
const MOST_KEPT = 1000;

/**
 * Runs what has one key once, and answers repeats as the first was answered; for things that Temporal can't tell apart itself. In this process, for ten
 * minutes: enough for a client that was cut off.
 * @returns takes a key (null: each is its own), and a text that is the same for a true repeat. What is run gets a mark that a repeat of what has failed
 *   gets as well: a no that comes for want of an answer may have been heard all the same
 */
export function repeatable() {
  const kept = new Map<string, Kept>();
  return async <T>(key: string | null, content: string, run: (mark: string) => Promise<T>): Promise<T> => {
    if (key === null) return run(newMark());
    const now = performance.now();
    for (const [old, { at }] of kept) if (now - at > KEPT_MS || kept.size > MOST_KEPT) kept.delete(old);
    const before = kept.get(key);
    const isRepeat = before?.content === content;
    if (before !== undefined && before.made !== null) {
      if (isRepeat) return before.made as Promise<T>;
      throw new SluiceError('COMMAND_REFUSED', 'this Idempotency-Key was used for something else within ten minutes');
    }
    const mark = isRepeat ? before.mark : newMark();
    const made = run(mark);
    kept.set(key, { at: now, content, mark, made });
    made.catch(() => kept.set(key, { at: now, content, mark, made: null }));
    return made;
  };
}

interface Kept {
  readonly at: number;
  readonly content: string;
  readonly mark: string;
  /** Null: it has failed, and may be tried again. */
  readonly made: Promise<unknown> | null;
}
