import type { IncomingHttpHeaders } from 'node:http';

const OWN_NAME = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/**
 * Why a request may come from a page of another site: any page can make a browser ask, also what listens on this machine only.
 * @param isForLocalOnly nobody needs a token, as only this machine can ask. Then names are looked at too: one of that site may lead to this machine
 *   (DNS rebinding)
 * @returns null where there is no sign of it
 */
export function foreignOrigin(headers: IncomingHttpHeaders, isForLocalOnly: boolean): string | null {
  const { host, origin } = headers;
  if (origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host))
    return `a page of ${origin.slice(0, 100)} may not ask: CORS is off`;
  if (headers['sec-fetch-site'] === 'cross-site') return 'a page of another site may not ask: CORS is off';
  if (isForLocalOnly && host !== undefined && !OWN_NAME.test(host))
    return `without a token only names of this machine are answered, not ${host.slice(0, 100)}`;
  return null;
}
