/** Evenly chosen entries, the first and the last among them. @param most >= 2 */
export function thin<T>(list: readonly T[], most: number): readonly T[] {
  if (list.length <= most) return list;
  const step = (list.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, at) => list[Math.round(at * step)] as T);
}

/** What was left out, for a note; null: nothing. */
export function leftOut(shown: number, total: number, what: string): string | null {
  return shown >= total ? null : `${shown} of ${total} ${what} are shown`;
}
