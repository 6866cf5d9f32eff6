/**
 * Who is signed in, on this tab only: the token lives in memory and in sessionStorage, and goes out in a header. There is no cookie, so no
 * other site can act in the user's name.
 */
const KEY = 'sluice-token';
let kept: string | null = null;
let lastRefusal: string | null = null;

export function token(): string | null {
  kept ??= sessionStorage.getItem(KEY);
  return kept;
}

/** @param value as somebody pasted it; null signs out */
export function setToken(value: string | null): void {
  keep(value, null);
}

/** The api does not take the token (any more): signs out, and keeps why for whoever signs in again. */
export function refuseToken(why: string): void {
  keep(null, why);
}

/** Why the last token was not taken; null where there was none. */
export function refusal(): string | null {
  return lastRefusal;
}

function keep(value: string | null, why: string | null): void {
  kept = value === null ? null : value.trim();
  lastRefusal = why;
  if (kept === null) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, kept);
  dispatchEvent(new Event('sessionchange'));
}
