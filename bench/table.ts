/** Prints a Markdown table, columns padded: readable on a terminal, ready to paste into docs/performance.md. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, k) => Math.max(title.length, ...rows.map((row) => (row[k] ?? '').length)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, k) => cell.padEnd(widths[k] ?? 0)).join(' | ')} |`;
  console.log(line(head));
  console.log(line(widths.map((width) => '-'.repeat(width))));
  for (const row of rows) console.log(line(row));
  console.log();
}

export function median(values: readonly number[]): number {
  const order = values.toSorted((a, b) => a - b);
  return order[Math.floor(order.length / 2)] ?? Number.NaN;
}
