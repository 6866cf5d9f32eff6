/** The part that stands for a row's place in a list. RFC 6901 gives `-` to the element after the last: where a list is built, they are the same. */
const ROW = '-';
const INDEX = /^\d+$/;

/** The parts of a JSON pointer; none for the whole document. Source: RFC 6901: ~1 is a slash, ~0 a tilde, in this order. */
export function pointerParts(pointer: string): string[] {
  const parts = pointer.split('/').slice(1);
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** What stands at a pointer; undefined where nothing does. @param row what `-` leads to */
export function valueAt(document: unknown, parts: readonly string[], row = 0): unknown {
  let value = document;
  for (const part of parts) {
    if (typeof value !== 'object' || value === null) return undefined;
    if (Array.isArray(value)) {
      if (part !== ROW && !INDEX.test(part)) return undefined;
      value = value[part === ROW ? row : Number(part)] as unknown;
    } else {
      if (!Object.hasOwn(value, part)) return undefined;
      value = (value as Record<string, unknown>)[part];
    }
  }
  return value;
}

/** A copy of a document with a value at a pointer; lists and objects on the way are made where they are missing. */
export function withValueAt(document: unknown, parts: readonly string[], value: unknown): unknown {
  const [part, ...rest] = parts;
  if (part === undefined) return value;
  if (part === ROW || INDEX.test(part)) {
    const list: unknown[] = Array.isArray(document) ? [...document] : [];
    const at = part === ROW ? list.length : Number(part);
    while (list.length < at) list.push(null);
    list[at] = withValueAt(list[at], rest, value);
    return list;
  }
  const object: Record<string, unknown> = isObject(document) ? document : {};
  return { ...object, [part]: withValueAt(Object.hasOwn(object, part) ? object[part] : undefined, rest, value) };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
