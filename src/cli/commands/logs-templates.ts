import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { rowsUnderHeader } from '../../datasets/csv-records.js';
import { SluiceError } from '../../domain/errors.js';
import { type GroupedMessages, MessageGroups } from '../../monitors/logs/group-messages.js';
import { readLine } from '../../monitors/logs/read-line.js';
import { hideSecrets } from '../../monitors/logs/secrets.js';
import { renderTable } from '../render-table.js';

const LONGEST_MESSAGE = 2000;
/** Bytes of a CSV's row. */
const LONGEST_ROW = 2 ** 20;
/** Letters of output. */
const AT_ONCE = 65_536;

export interface TemplatesOptions {
  /** `content`: a line is a message; `log`: as the api reads lines, with time and level before the message, or as JSON. */
  readonly format: 'content' | 'log';
  readonly csvColumn?: string;
  readonly output: 'table' | 'json' | 'ndjson';
}

/** @param file `-` is standard input @throws {SluiceError} NOT_FOUND, USAGE */
export async function templates(file: string, options: TemplatesOptions): Promise<void> {
  const groups = new MessageGroups();
  const isMessage: boolean[] = [];
  for await (const message of messagesOf(await opened(file), options)) {
    isMessage.push(message !== null);
    if (message !== null) groups.add(hideSecrets(message).slice(0, LONGEST_MESSAGE));
  }
  const text = options.output === 'ndjson' ? lineByLine(groups.end(), isMessage) : [summary(groups.end(), options)];
  // Who reads may end early (`| head`): that is no error.
  await pipeline(Readable.from(text), process.stdout, { end: false }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

function summary({ templates }: GroupedMessages, { output }: TemplatesOptions): string {
  if (output === 'json')
    return `${JSON.stringify(templates.map(({ id, count, text }) => ({ id, count, template: text })))}\n`;
  const rows = templates.map(({ id, count, text }) => [id, String(count), text]);
  return `${renderTable(['ID', 'LINES', 'TEMPLATE'], rows)}\n`;
}

/** One for each line, or row, of the input. */
function* lineByLine({ lines }: GroupedMessages, isMessage: readonly boolean[]): Generator<string> {
  let [next, text] = [0, ''];
  for (const [i, is] of isMessage.entries()) {
    const found = is ? lines[next] : undefined;
    if (is) next += 1;
    text += `${JSON.stringify({ line: i + 1, id: found?.id ?? null, template: found?.text ?? null })}\n`;
    if (text.length < AT_ONCE) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}

async function opened(file: string): Promise<Readable> {
  if (file === '-') return process.stdin;
  const stream = createReadStream(file);
  try {
    await once(stream, 'open');
  } catch (cause) {
    throw new SluiceError('NOT_FOUND', `cannot read ${file}: ${(cause as Error).message}`, { cause });
  }
  return stream;
}

/** null: a line without a message, such as the rest of a stack trace. */
async function* messagesOf(input: Readable, { format, csvColumn }: TemplatesOptions): AsyncGenerator<string | null> {
  if (csvColumn !== undefined) {
    yield* cellsOf(input, csvColumn);
    return;
  }
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }))
    yield format === 'content' ? line : (readLine(line)?.message ?? null);
}

async function* cellsOf(input: Readable, column: string): AsyncGenerator<string> {
  let [header, position] = [[] as readonly string[], -1];
  const dialect = { delimiter: ',', longest: LONGEST_ROW };
  const blocks = rowsUnderHeader(input, dialect, (cells) => {
    [header, position] = [cells, cells.indexOf(column)];
  });
  try {
    for await (const rows of blocks)
      for (const { cells } of rows) {
        const cell = cells[position];
        if (cell === undefined)
          throw new SluiceError(
            'USAGE',
            `no column "${column}"; there are ${header.slice(0, cells.length).join(', ')}`,
          );
        yield cell;
      }
  } catch (cause) {
    if (cause instanceof RangeError) throw new SluiceError('USAGE', `no CSV: ${cause.message}`, { cause });
    throw cause;
  }
}
