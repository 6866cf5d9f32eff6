import { everyOf, SluiceClient } from '../../../src/sdk/client.js';
import { SluiceApiError } from '../../../src/sdk/errors.js';
import { refuseToken, token } from '../session.js';

const PATIENCE_MS = 20_000;

/** The api that the page came from. A token that it does not take (any more) signs out. */
export const api = new SluiceClient({
  url: '',
  token,
  timeoutMs: PATIENCE_MS,
  retries: 1,
  fetch: async (input, init) => {
    const used = token();
    const answer = await fetch(input, { ...init, cache: 'no-store' });
    if (answer.status === 401 && used !== null && used === token()) refuseToken(await whyOf(answer.clone()));
    return answer;
  },
});

async function whyOf(answer: Response): Promise<string> {
  const problem = (await answer.json().catch(() => ({}))) as { readonly detail?: unknown };
  return typeof problem.detail === 'string' ? problem.detail : 'the token is not taken';
}

/** A list to its end, for what a part of it would say wrongly. */
export async function allOf<Page extends { readonly next: string | null }, Item>(
  ask: (paging: { readonly cursor?: string }) => Promise<Page>,
  itemsOf: (page: Page) => readonly Item[],
): Promise<Item[]> {
  const all: Item[] = [];
  for await (const one of everyOf(ask, itemsOf)) all.push(one);
  return all;
}

/** What went wrong, whoever threw it. */
export function asApiError(error: unknown): SluiceApiError {
  return error instanceof SluiceApiError ? error : new SluiceApiError(0, 'UNREADABLE', String(error));
}

/** A name as a part of an address. */
export const segment = encodeURIComponent;
