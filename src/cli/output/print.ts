import { Document, isScalar, visit } from 'yaml';
import type { Format } from './formats.js';
import { plainText } from './plain-text.js';

/** One answer in each way it may be asked for. */
export interface Printable {
  readonly data: unknown;
  /** What other commands take as an argument, a line each. */
  readonly names: readonly string[];
  readonly table: () => string;
  /** Absent: as `table`. */
  readonly wide?: () => string;
}

/** Data goes to stdout, and nothing else does. */
export function print(output: Format, printable: Printable): void {
  process.stdout.write(`${textOf(output, printable)}\n`);
}

/** Of commands that know text and JSON alone. */
export function printEither(value: unknown, output: string, text: string): void {
  process.stdout.write(`${output === 'json' ? JSON.stringify(value) : text}\n`);
}

/** Without the newline at the end. */
export function textOf(output: Format, { data, names, table, wide = table }: Printable): string {
  switch (output) {
    case 'table':
      return table();
    case 'wide':
      return wide();
    case 'json':
      return JSON.stringify(data, null, 2);
    case 'yaml':
      return yamlOf(data).trimEnd();
    case 'name':
      return names.map(plainText).join('\n');
  }
}

/** One line of newline-delimited JSON, for whoever follows. */
export function printLine(data: unknown): void {
  process.stdout.write(`${JSON.stringify(data)}\n`);
}

/** Text with anything that is not plain is quoted, so that it has escapes to be said with. */
function yamlOf(data: unknown): string {
  const document = new Document(data, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_, node) => {
      if (isScalar(node) && typeof node.value === 'string' && plainText(node.value) !== node.value)
        node.type = 'QUOTE_DOUBLE';
    },
  });
  // As JSON, so that a line that somebody made up stays within its quotes.
  return document.toString({ lineWidth: 0, doubleQuotedAsJSON: true });
}
