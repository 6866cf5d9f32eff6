/**
 * Reads an http or https URL. Hosts come out in one form: `http://0177.1`, `http://2130706433` and `http://127.0.0.1.` are all 127.0.0.1.
 * @throws {RangeError} saying what is wrong, without the URL's secret parts
 */
export function parseHttpUrl(text: string): URL {
  if (!URL.canParse(text)) throw new RangeError('it is not a URL');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new RangeError(`its scheme is ${url.protocol.slice(0, -1)}, expected http or https`);
  if (url.username !== '' || url.password !== '') throw new RangeError('a user name or password stands in it');
  url.hash = '';
  return url;
}

/** A URL for messages: its query may hold a signature. */
export function displayUrl({ origin, pathname, search }: URL): string {
  return `${origin}${pathname}${search === '' ? '' : '?…'}`;
}
