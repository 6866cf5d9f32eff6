/** Refusals that say "not now". */
const LATER = new Set([408, 425, 429]);

/** Whether the same request may be answered otherwise later. */
export function mayPass(status: number): boolean {
  return status >= 500 || LATER.has(status);
}
