import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { RolloutStatus } from '../../../src/domain/rollout-state.js';
import type { RolloutQuery } from '../../../src/sdk/client.js';
import type { SluiceApiError } from '../../../src/sdk/errors.js';
import { useLive } from '../live/live.js';
import { api, asApiError } from './api.js';
import type { RolloutSummary as Summary } from './types.js';

export interface RolloutFilter {
  readonly service: string;
  readonly status: RolloutStatus | '';
  readonly search: string;
  readonly needsMe: boolean;
}

export interface RolloutList {
  readonly items: readonly Summary[];
  readonly next: string | null;
  readonly error: SluiceApiError | null;
  readonly isLoading: boolean;
  /** Ids whose rows have just changed. */
  readonly fresh: ReadonlySet<string>;
  readonly more: () => void;
  readonly reload: () => void;
}

/** The first view is to be small; whoever wants more wants much. */
const FIRST_PAGE = 100;
const NEXT_PAGES = 500;
const FRESH_MS = 1600;

/** The rollouts that match, newest first, kept up to date by what is heard live. */
export function useRollouts(filter: RolloutFilter): RolloutList {
  const [items, setItems] = useState<readonly Summary[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [error, setError] = useState<SluiceApiError | null>(null);
  const [isLoading, setLoading] = useState(true);
  const [turn, setTurn] = useState(0);
  const { fresh, mark } = useFresh();
  const asked = useRef<AbortController | null>(null);
  // While a question is under way, whose answer may be older; null: none is.
  const heard = useRef<Summary[] | null>(null);

  const load = useCallback(
    (cursor: string | null) => {
      asked.current?.abort();
      const current = new AbortController();
      asked.current = current;
      heard.current = [];
      setLoading(true);
      const paging = cursor === null ? { limit: FIRST_PAGE } : { limit: NEXT_PAGES, cursor };
      api.listRollouts({ ...queryOf(filter), ...paging, signal: current.signal }).then(
        (page) => {
          const later = heard.current ?? [];
          heard.current = null;
          setItems((before) =>
            later.reduce(
              (rows, news) => withNews(rows, news, filter),
              cursor === null ? page.items : joined(before, page.items),
            ),
          );
          setNext(page.next);
          setError(null);
          setLoading(false);
        },
        (failure: unknown) => {
          if (current.signal.aborted) return;
          heard.current = null;
          setError(asApiError(failure));
          setLoading(false);
        },
      );
    },
    [filter.service, filter.status, filter.search, filter.needsMe],
  );
  useEffect(() => {
    load(null);
    return () => asked.current?.abort();
  }, [load, turn]);

  useLive('rollout', (summary) => {
    mark(summary.rolloutId);
    heard.current?.push(summary);
    setItems((before) => withNews(before, summary, filter));
  });
  useLive('reset', () => setTurn((last) => last + 1));
  const more = useCallback(() => {
    if (next !== null) load(next);
  }, [load, next]);
  return { items, next, error, isLoading, fresh, more, reload: () => setTurn((last) => last + 1) };
}

/** Ids that were marked a moment ago. */
function useFresh() {
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const mark = useCallback((id: string) => {
    setFresh((before) => new Set([...before, id]));
    setTimeout(() => setFresh((before) => new Set([...before].filter((one) => one !== id))), FRESH_MS);
  }, []);
  return { fresh, mark };
}

/** What is not asked for is left out. */
function queryOf({ service, status, search, needsMe }: RolloutFilter): RolloutQuery {
  return {
    ...(service === '' ? {} : { service }),
    ...(status === '' ? {} : { status }),
    ...(search === '' ? {} : { search }),
    ...(needsMe ? { needsMe } : {}),
  };
}

function joined(before: readonly Summary[], more: readonly Summary[]): readonly Summary[] {
  const known = new Set(before.map(({ rolloutId }) => rolloutId));
  return [...before, ...more.filter(({ rolloutId }) => !known.has(rolloutId))];
}

/** A row that is there changes where it stands; a new one comes on top, where it matches. What no longer matches goes. */
function withNews(before: readonly Summary[], news: Summary, filter: RolloutFilter): readonly Summary[] {
  const at = before.findIndex(({ rolloutId }) => rolloutId === news.rolloutId);
  const old = before[at];
  if (old === undefined) return matches(news, filter) ? [news, ...before] : before;
  if (old.revision > news.revision) return before;
  if (!matches(news, filter)) return before.toSpliced(at, 1);
  return before.with(at, { ...old, ...news });
}

function matches(one: Summary, { service, status, search, needsMe }: RolloutFilter): boolean {
  if (service !== '' && one.service !== service) return false;
  if (status !== '' && one.status !== status) return false;
  if (needsMe && !one.needsMe) return false;
  const text = [one.rolloutId, one.service, one.baseline, one.candidate, one.owner].join(' ').toLowerCase();
  return text.includes(search.toLowerCase());
}
