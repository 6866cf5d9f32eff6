import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { SluiceApiError } from '../../../src/sdk/errors.js';
import { asApiError } from './api.js';

/** Something of the api's, as the page last saw it. */
export interface Resource<Data> {
  /** null: not yet. What was there stays while the next is on its way, and when it does not come. */
  readonly data: Data | null;
  readonly error: SluiceApiError | null;
  readonly isLoading: boolean;
  /** When `data` came, ms since 1970; null: never. */
  readonly seenAt: number | null;
  readonly reload: () => void;
}

interface Seen<Data> {
  readonly key: string | null;
  readonly data: Data | null;
  readonly error: SluiceApiError | null;
  readonly isLoading: boolean;
  readonly seenAt: number | null;
}

/**
 * Loads what `key` names, and again whenever it or `version` changes. Of answers that overtake each other the newest question's counts.
 * @param key null: nothing is to be loaded
 */
export function useResource<Data>(
  key: string | null,
  load: (options: { readonly signal: AbortSignal }) => Promise<Data>,
  version: unknown = 0,
): Resource<Data> {
  const nothing = { key, data: null, error: null, isLoading: key !== null, seenAt: null };
  const [seen, setSeen] = useState<Seen<Data>>(nothing);
  const [turn, setTurn] = useState(0);
  const reload = useCallback(() => setTurn((last) => last + 1), []);
  useEffect(() => {
    if (key === null) return;
    const asked = new AbortController();
    setSeen((last) => (last.key === key ? { ...last, isLoading: true } : nothing));
    load({ signal: asked.signal }).then(
      (data) => setSeen({ key, data, error: null, isLoading: false, seenAt: Date.now() }),
      (error: unknown) => {
        if (asked.signal.aborted) return;
        setSeen((last) => ({ ...last, key, error: asApiError(error), isLoading: false }));
      },
    );
    return () => asked.abort();
  }, [key, turn, version]);
  const current = seen.key === key ? seen : nothing;
  return { ...current, reload };
}

/** A number that grows at most every `everyMs` while `signal` changes: what is heavy is not asked for at each event. */
export function useThrottled(signal: unknown, everyMs: number): number {
  const [version, setVersion] = useState(0);
  const last = useRef(0);
  const isFirst = useRef(true);
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      last.current = Date.now();
      return;
    }
    const wait = Math.max(0, last.current + everyMs - Date.now());
    const timer = setTimeout(() => {
      last.current = Date.now();
      setVersion((before) => before + 1);
    }, wait);
    return () => clearTimeout(timer);
  }, [signal, everyMs]);
  return version;
}
