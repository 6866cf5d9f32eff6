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

/** How a list stands: the first field above the others, `down` where the largest come first. */
type Order<Field extends string> = Readonly<Record<Field, 'up' | 'down'>>;
type Fields<Field extends string> = Readonly<Record<Field, string>>;

/**
 * A page of a list whose source knows a limit only: what comes after the item that the cursor names, also once that one is gone. Stable while others
 * come before it; its cost grows with the place in the list, so it is for lists that people read.
 */
export async function pageOf<Field extends string, T extends Fields<Field>>(
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
  list: (most: number) => Promise<readonly T[]>,
  order: Order<Field>,
): Promise<Page<T>> {
  const fields = Object.keys(order) as Field[];
  if (cursor === undefined) return cut(await list(limit + 1), limit, fields, 0);
  const [seen, ...place] = decodeCursor(cursor, ['number', ...fields.map(() => 'string' as const)]);
  if (seen > DEEPEST) throw new SluiceError('USAGE', `cursor: ${seen} is beyond the ${DEEPEST} that a list is read to`);
  const isBehind = (item: T): boolean => {
    const at = fields.findIndex((field, i) => item[field] !== place[i]);
    const field = fields[at];
    return field !== undefined && item[field] > (place[at] ?? '') === (order[field] === 'up');
  };
  for (let most = Math.min(seen + limit + 1, DEEPEST); ; most = Math.min(most * 2, DEEPEST)) {
    const items = await list(most);
    const here = items.findIndex((item) => fields.every((field, i) => item[field] === place[i]));
    const behind = here >= 0 ? here + 1 : items.findIndex(isBehind);
    const from = behind < 0 ? items.length : behind;
    const isWhole = items.length < most || most >= DEEPEST;
    if (isWhole || items.length > from + limit) return cut(items.slice(from), limit, fields, from);
  }
}

function cut<Field extends string, T extends Fields<Field>>(
  items: readonly T[],
  limit: number,
  fields: readonly Field[],
  before: number,
): Page<T> {
  const page = items.slice(0, limit);
  const last = page.at(-1);
  const hasMore = items.length > limit && last !== undefined;
  return {
    items: page,
    next: hasMore ? encodeCursor([before + page.length, ...fields.map((field) => last[field])]) : null,
  };
}
