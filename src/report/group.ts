/** Entries with equal keys together, in the order of the first of each. */
export function grouped<T>(list: readonly T[], keyOf: (entry: T) => readonly unknown[]): T[][] {
  const groups = new Map<string, T[]>();
  for (const entry of list) {
    const key = JSON.stringify(keyOf(entry));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [entry]);
    else group.push(entry);
  }
  return [...groups.values()];
}
