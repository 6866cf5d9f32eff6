import { BadMessage } from './bad-message.js';

/** Header names and values in turn: read and copied without building an object a message. */
export type HeaderList = readonly string[];

export const HEAD_END = Buffer.from('\r\n\r\n');
const MOST_HEADERS = 200;

/**
 * Header lines, each a name, a colon and a value without control characters: what else there could be (a folded line, a blank before the colon,
 * a bare line feed) is read in different ways by different programs, and so by none of ours. Source: RFC 9112, section 5.
 */
const LINES = /^(?:[!#$%&'*+\-.^_`|~\dA-Za-z]+:[\t -~\u0080-\u00ff]*\r\n)*$/;

/**
 * @param text the header lines, each with its line end
 * @returns names and values in turn, as they came; values without blanks around them
 * @throws {BadMessage}
 */
export function readHeaders(text: string): string[] {
  if (!LINES.test(text)) throw new BadMessage(`not header lines: ${JSON.stringify(text.slice(0, 100))}`);
  const headers: string[] = [];
  for (let start = 0; start < text.length; ) {
    const colon = text.indexOf(':', start);
    const end = text.indexOf('\r\n', colon);
    // One blank after the colon is what nearly all write.
    const from = text.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1;
    const value = text.slice(from, end);
    const isTrimmed = value !== '' && !isBlank(value.charCodeAt(0)) && !isBlank(value.charCodeAt(value.length - 1));
    headers.push(text.slice(start, colon), isTrimmed ? value : value.trim());
    if (headers.length > 2 * MOST_HEADERS) throw new BadMessage(`more than ${MOST_HEADERS} headers`);
    start = end + 2;
  }
  return headers;
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

/** What the headers say of the body and of the connection. */
export interface Framing {
  readonly length: number | null;
  readonly isChunked: boolean;
  /** Words of `Connection`, lower case, joined. */
  readonly connection: string;
}

/** @throws {BadMessage} where the body could be read in two ways. Source: RFC 9112, section 6 */
export function readFraming(headers: HeaderList): Framing {
  let length: string | null = null;
  let coding: string | null = null;
  let connection = '';
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    if (name.length !== 14 && name.length !== 17 && name.length !== 10) continue;
    const value = headers[i + 1] as string;
    switch (name.toLowerCase()) {
      case 'content-length':
        if (length !== null && length !== value) throw new BadMessage(`two lengths, ${length} and ${value}`);
        length = value;
        break;
      case 'transfer-encoding':
        coding = coding === null ? value : `${coding}, ${value}`;
        break;
      case 'connection':
        connection += `,${value.toLowerCase()}`;
    }
  }
  if (length !== null && coding !== null) throw new BadMessage('both a length and a transfer coding');
  if (coding !== null && coding.toLowerCase() !== 'chunked')
    throw new BadMessage(`transfer coding ${coding.slice(0, 50)}`);
  if (length !== null && !/^\d{1,15}$/.test(length)) throw new BadMessage(`a length of ${length.slice(0, 50)}`);
  return { length: length === null ? null : Number(length), isChunked: coding !== null, connection };
}
