import { useEffect, useState } from 'preact/hooks';

/** Where the page is. */
export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

const MOVED = 'placechange';

function here(): Place {
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}

/** Goes to another page of this application, without loading it anew. */
export function go(href: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  if (replace) history.replaceState(null, '', href);
  else history.pushState(null, '', href);
  dispatchEvent(new Event(MOVED));
}

export function usePlace(): Place {
  const [place, setPlace] = useState(here);
  useEffect(() => {
    const moved = () => setPlace(here());
    addEventListener('popstate', moved);
    addEventListener(MOVED, moved);
    return () => {
      removeEventListener('popstate', moved);
      removeEventListener(MOVED, moved);
    };
  }, []);
  return place;
}

/** Changes one parameter of the address; an empty value takes it away. */
export function setQuery(name: string, value: string): void {
  const { path, query } = here();
  if (value === '') query.delete(name);
  else query.set(name, value);
  go(query.size === 0 ? path : `${path}?${query}`, { replace: true });
}

/** Clicks on the page's own links stay in the page; with a modifier or another button the browser decides. */
export function followLinks(event: MouseEvent): void {
  const link = (event.target as Element | null)?.closest('a');
  if (!link || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.origin !== location.origin || link.target !== '' || link.hasAttribute('download')) return;
  if (link.pathname.startsWith('/v1/') || link.getAttribute('href')?.startsWith('#')) return;
  event.preventDefault();
  go(link.pathname + link.search);
  scrollTo(0, 0);
}
