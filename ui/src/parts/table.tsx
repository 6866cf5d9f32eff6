import type { ComponentChildren, VNode } from 'preact';
import { useRef } from 'preact/hooks';

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Numbers stand at the right. */
  readonly isNumber?: boolean;
  /** Names the row. */
  readonly isHeader?: boolean;
  readonly kind?: string;
}

/** A table that becomes a list of cards on a phone. */
export function Table<Row extends object>({
  caption,
  columns,
  rows,
  rowKey,
  rowClass,
}: {
  /** For screen readers. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row, index: number) => string;
  readonly rowClass?: (row: Row) => string;
}) {
  const drawn = useRows(columns);
  return (
    <table class="stack">
      <caption class="hidden">{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ title, isNumber }) => (
            <th key={title} scope="col" class={isNumber ? 'number' : ''}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{rows.map((row, index) => drawn(row, rowKey(row, index), rowClass?.(row) ?? ''))}</tbody>
    </table>
  );
}

/** Draws rows, each once for as long as it is the same: of a thousand, one changes at a time. */
function useRows<Row extends object>(columns: readonly Column<Row>[]): (row: Row, key: string, look: string) => VNode {
  const kept = useRef(new WeakMap<Row, { readonly key: string; readonly look: string; readonly vnode: VNode }>());
  const of = useRef(columns);
  if (of.current !== columns) kept.current = new WeakMap();
  of.current = columns;
  return (row, key, look) => {
    const found = kept.current.get(row);
    if (found?.key === key && found.look === look) return found.vnode;
    const vnode = (
      <tr key={key} class={look}>
        {columns.map((column) => (
          <Cell key={column.title} column={column} row={row} />
        ))}
      </tr>
    );
    kept.current.set(row, { key, look, vnode });
    return vnode;
  };
}

function Cell<Row>({ column, row }: { readonly column: Column<Row>; readonly row: Row }) {
  const { title, cell, isNumber, isHeader, kind = '' } = column;
  const look = `${isNumber ? 'number' : ''} ${kind}`.trim();
  return isHeader ? (
    <th scope="row" data-label={title} class={look}>
      {cell(row)}
    </th>
  ) : (
    <td data-label={title} class={look}>
      {cell(row)}
    </td>
  );
}
