import { plain } from '../plain.js';
import { type Content, html, type Markup } from './markup.js';

export interface Column<Row> {
  readonly name: string;
  readonly cell: (row: Row) => Content;
  readonly isNumber?: boolean;
  /** Sentences: breaks wherever it must. */
  readonly isLong?: boolean;
}

/**
 * A table whose rows become blocks on a phone, each cell with its column's name. The roles say that it still is a table: some browsers forget it
 * where `display` is changed.
 */
export function table<Row>(caption: string, columns: readonly Column<Row>[], rows: readonly Row[]): Markup {
  const className = ({ isNumber, isLong }: Column<Row>) => (isNumber ? 'number' : isLong ? 'long' : 'short');
  const cells = (row: Row) =>
    columns.map(
      (column) =>
        html`<td role="cell" class="${className(column)}" data-label="${plain(column.name)}">${column.cell(row)}</td>`,
    );
  return html`<div class="fit"><table class="stack" role="table"><caption>${plain(caption)}</caption>
<thead role="rowgroup"><tr role="row">${columns.map((column) => html`<th role="columnheader" scope="col" class="${className(column)}">${column.name}</th>`)}</tr></thead>
<tbody role="rowgroup">${rows.map((row) => html`<tr role="row">${cells(row)}</tr>\n`)}</tbody></table></div>`;
}

/** A dense table of numbers, in a frame that scrolls by itself where it is too wide. */
export function numbers(caption: string, header: readonly string[], rows: readonly (readonly Content[])[]): Markup {
  return html`<div class="scroll" role="region" aria-label="${plain(caption)}" tabindex="0"><table><caption>${plain(caption)}</caption>
<thead><tr>${header.map((name) => html`<th scope="col">${plain(name)}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>\n`)}</tbody></table></div>`;
}
