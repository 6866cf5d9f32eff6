import { SluiceError } from '../domain/errors.js';

const KEPT_MS = 10 * 60_000;
const MOST_KEPT = 1000;

/**
 * Runs what has one key once, and answers repeats as the first was answered; for things that Temporal can't tell apart itself. In this process, for ten
 * minutes: enough for a client that was cut off.
 * @returns takes a key (null: each is its own), and a text that is the same for a true repeat
 */
export function repeatable() {
  const kept = new Map<string, { readonly at: number; readonly content: string; readonly made: Promise<unknown> }>();
  return async <T>(key: string | null, content: string, run: () => Promise<T>): Promise<T> => {
    if (key === null) return run();
    const now = performance.now();
    for (const [old, { at }] of kept) if (now - at > KEPT_MS || kept.size > MOST_KEPT) kept.delete(old);
    const before = kept.get(key);
    if (before !== undefined) {
      if (before.content === content) return before.made as Promise<T>;
      throw new SluiceError('COMMAND_REFUSED', 'this Idempotency-Key was used for something else within ten minutes');
    }
    const made = run();
    kept.set(key, { at: now, content, made });
    // What has failed may be tried again.
    made.catch(() => kept.delete(key));
    return made;
  };
}
