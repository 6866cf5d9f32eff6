interface Shape {
  /** Of values that are no objects. */
  readonly types: Set<string>;
  entries: Shape | null;
  readonly keys: Map<string, Shape>;
  /** Objects seen, and how often each key was there. */
  objects: number;
  readonly seen: Map<string, number>;
}

/** What a value is made of, without what it says: lists by the union of their entries; a key that some have not ends in `?`. */
export function shapeOf(value: unknown): unknown {
  const shape = empty();
  add(shape, value);
  return plainOf(shape);
}

const empty = (): Shape => ({ types: new Set(), entries: null, keys: new Map(), objects: 0, seen: new Map() });

function add(shape: Shape, value: unknown): void {
  if (Array.isArray(value)) {
    shape.entries ??= empty();
    for (const entry of value) add(shape.entries, entry);
  } else if (typeof value === 'object' && value !== null) {
    shape.objects += 1;
    for (const [key, one] of Object.entries(value)) {
      const inner = shape.keys.get(key) ?? empty();
      shape.keys.set(key, inner);
      shape.seen.set(key, (shape.seen.get(key) ?? 0) + 1);
      add(inner, one);
    }
  } else shape.types.add(value === null ? 'null' : typeof value);
}

function plainOf({ types, entries, keys, objects, seen }: Shape): unknown {
  const words = [...types].sort().join(' | ');
  const list = entries === null ? null : [plainOf(entries)];
  const names = [...keys].sort(([a], [b]) => (a < b ? -1 : 1));
  const object =
    objects === 0
      ? null
      : Object.fromEntries(names.map(([key, one]) => [seen.get(key) === objects ? key : `${key}?`, plainOf(one)]));
  const all = [...(words === '' ? [] : [words]), ...[list, object].filter((one) => one !== null)];
  return all.length === 1 ? all[0] : { anyOf: all };
}
