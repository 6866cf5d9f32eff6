import stringWidth from 'string-width';
import { plainText } from './output/plain-text.js';
import { PLAIN, type Style, type Tone } from './output/style.js';

/** Text, or text that means something. */
export type Cell = string | { readonly text: string; readonly tone: Tone };

/** Columns as wide as their widest cell, two spaces apart. Cells are data, so each becomes one line without anything that a terminal acts on. */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly Cell[])[],
  style: Style = PLAIN,
): string {
  const titles = header.map((text) => ({ text, tone: 'dim' as const }));
  const cells = [titles, ...rows].map((row) => row.map(plainCell));
  const widths = header.map((_, column) => cells.reduce((most, row) => Math.max(most, row[column]?.width ?? 0), 0));
  return cells
    .map((row) =>
      row
        .map((cell, column) => painted(cell, widths[column] ?? 0, style))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

interface PlainCell {
  readonly text: string;
  readonly tone: Tone | null;
  readonly width: number;
}

function plainCell(cell: Cell): PlainCell {
  const text = plainText(typeof cell === 'string' ? cell : cell.text);
  return { text, tone: typeof cell === 'string' ? null : cell.tone, width: stringWidth(text) };
}

function painted({ text, tone, width }: PlainCell, columns: number, style: Style): string {
  return `${tone === null ? text : style[tone](text)}${' '.repeat(columns - width)}`;
}
