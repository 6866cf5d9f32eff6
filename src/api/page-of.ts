import { SluiceError } from '../domain/errors.js';

/** Opaque to those who ask: what it says is the store's to read. */
export function encodeCursor(position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** @throws {SluiceError} USAGE for what no answer has said */
export function decodeCursor<const Shape extends readonly ('string' | 'number')[]>(
  cursor: string,
  shape: Shape,
): { -readonly [Index in keyof Shape]: Shape[Index] extends 'string' ? string : number } {
  const position = parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  const fits =
    Array.isArray(position) &&
    position.length === shape.length &&
    position.every((value, at) => typeof value === shape[at] && (isCount(value) || isText(value)));
  if (!fits) throw new SluiceError('USAGE', 'cursor: expected the `next` of an answer to the same question');
  return position as never;
}

/** Numbers in cursors say how many, or which in a row. */
function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && !value.includes('\0');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export interface Page<T> {
  readonly items: T[];
  readonly next: string | null;
}

/** What a list may grow to before a page of it can't be had: a bound on the work of one request. */
const DEEPEST = 20_000;

/**
 * A page of a list whose source knows a limit only: what comes after the one that the cursor names. Stable while others are added before it; its
 * cost grows with the place in the list, so it is for lists that people read.
 */
export async function pageOf<T>(
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
  list: (most: number) => Promise<readonly T[]>,
  keyOf: (item: T) => string,
): Promise<Page<T>> {
  if (cursor === undefined) return cut(await list(limit + 1), limit, keyOf, 0);
  const [key, seen] = decodeCursor(cursor, ['string', 'number']);
  if (seen > DEEPEST) throw new SluiceError('USAGE', `cursor: ${seen} is beyond the ${DEEPEST} that a list is read to`);
  for (let most = Math.min(seen + limit + 1, DEEPEST); ; most = Math.min(most * 2, DEEPEST)) {
    const items = await list(most);
    const at = items.findIndex((item) => keyOf(item) === key);
    const isWhole = items.length < most || most >= DEEPEST;
    // One that is gone since: what stood in its place comes next.
    const from = at >= 0 ? at + 1 : isWhole ? Math.min(seen, items.length) : -1;
    if (from >= 0 && (isWhole || items.length > from + limit)) return cut(items.slice(from), limit, keyOf, from);
  }
}

function cut<T>(items: readonly T[], limit: number, keyOf: (item: T) => string, before: number): Page<T> {
  const page = items.slice(0, limit);
  const last = page.at(-1);
  const hasMore = items.length > limit && last !== undefined;
  return { items: page, next: hasMore ? encodeCursor([keyOf(last), before + page.length]) : null };
}
