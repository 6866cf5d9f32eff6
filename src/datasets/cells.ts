/** How the cells of a format are read. `undefined`: the cell is not what is asked for. */
export interface CellReader {
  readonly number: (cell: unknown) => number | null | undefined;
  readonly text: (cell: unknown) => string | null | undefined;
  /** As stored: what has no type stays text, so an id keeps its zeros. */
  readonly field: (cell: unknown) => string | number | null | undefined;
}

/** Cells of a CSV: nothing is missing but what is empty. */
export const TEXT_CELLS: CellReader = {
  number: (cell) => (cell === '' ? null : decimal(cell as string)),
  text: (cell) => (cell === '' ? null : (cell as string)),
  field: (cell) => (cell === '' ? null : (cell as string)),
};

/** Cells that have a type: of JSON, and of Parquet, where NaN is how a missing number is often written. */
export const TYPED_CELLS: CellReader = {
  number: (cell) => {
    if (isMissing(cell)) return null;
    if (typeof cell === 'boolean' || typeof cell === 'bigint') return Number(cell);
    return typeof cell === 'number' && Number.isFinite(cell) ? cell : undefined;
  },
  text: (cell) => {
    const field = fieldOf(cell);
    return typeof field === 'number' ? String(field) : field;
  },
  field: fieldOf,
};

function fieldOf(cell: unknown): string | number | null | undefined {
  if (isMissing(cell)) return null;
  if (typeof cell === 'string') return cell;
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : undefined;
  if (typeof cell === 'bigint') return Number.isSafeInteger(Number(cell)) ? Number(cell) : String(cell);
  if (typeof cell === 'boolean') return String(cell);
  return cell instanceof Date && !Number.isNaN(cell.getTime()) ? cell.toISOString() : undefined;
}

function isMissing(cell: unknown): boolean {
  return cell === null || cell === undefined || Number.isNaN(cell);
}

/** `Number` takes hexadecimal, octal and binary as well, and those are more likely ids. */
function decimal(text: string): number | undefined {
  const value = Number(text);
  // Nothing but spaces is 0 to `Number`.
  if (!Number.isFinite(value) || (value === 0 && text.trim() === '')) return undefined;
  const second = text.charCodeAt(text.charCodeAt(0) === 0x30 ? 1 : 0) | 0x20;
  return second === 0x78 || second === 0x6f || second === 0x62 ? undefined : value;
}
