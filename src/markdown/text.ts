/** A line of text in which nothing is markup: labels and reasons come from data sets and model servers. */
export function plainText(value: string): string {
  return (
    value
      .replace(/\p{Cc}+|\u2028|\u2029/gu, ' ')
      .replace(/[\\`*[\]|~#!]/g, '\\$&')
      // Inside a word it means nothing.
      .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
  );
}

/** @param rows cells that are Markdown already */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A block shown as it is, whatever backticks it holds. */
export function fenced(content: string, language: string): string {
  const longest = Math.max(2, ...[...content.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${content}\n${fence}`;
}
