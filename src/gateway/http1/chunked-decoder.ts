import { BadMessage } from './bad-message.js';

const LONGEST_SIZE_LINE = 256;
const LONGEST_TRAILERS = 8192;
const CR = 13;
const LF = 10;

/** Takes the chunks out of a chunked body; trailers are read over. Source: RFC 9112, section 7.1. */
export class ChunkedDecoder {
  private state: 'size' | 'data' | 'data-end' | 'trailers' = 'size';
  private line = '';
  private left = 0;
  private trailerBytes = 0;

  /** @returns the bytes after the body's end; null while it goes on @throws {BadMessage} */
  feed(bytes: Buffer, take: (chunk: Buffer) => void): Buffer | null {
    let at = 0;
    while (at < bytes.length) {
      if (this.state === 'data') {
        const end = Math.min(bytes.length, at + this.left);
        take(bytes.subarray(at, end));
        this.left -= end - at;
        at = end;
        if (this.left === 0) this.state = 'data-end';
        continue;
      }
      const lineEnd = bytes.indexOf(LF, at);
      this.line += bytes.toString('latin1', at, lineEnd < 0 ? bytes.length : lineEnd);
      if (this.line.length > (this.state === 'trailers' ? LONGEST_TRAILERS : LONGEST_SIZE_LINE))
        throw new BadMessage(`a line of ${this.line.length} characters in a chunked body`);
      if (lineEnd < 0) return null;
      at = lineEnd + 1;
      if (this.line.charCodeAt(this.line.length - 1) !== CR) throw new BadMessage('a bare line feed in a chunked body');
      const line = this.line.slice(0, -1);
      this.line = '';
      if (this.readLine(line)) return bytes.subarray(at);
    }
    return null;
  }

  /** @returns whether the body has ended */
  private readLine(line: string): boolean {
    switch (this.state) {
      case 'size': {
        const [, hex] = /^([\dA-Fa-f]{1,12})[\t ]*(?:;.*)?$/.exec(line) ?? [];
        if (hex === undefined) throw new BadMessage(`a chunk size of ${line.slice(0, 50)}`);
        this.left = Number.parseInt(hex, 16);
        this.state = this.left === 0 ? 'trailers' : 'data';
        return false;
      }
      case 'data-end':
        if (line !== '') throw new BadMessage('a chunk that is longer than it said');
        this.state = 'size';
        return false;
      case 'trailers':
        this.trailerBytes += line.length;
        if (this.trailerBytes > LONGEST_TRAILERS)
          throw new BadMessage(`trailers of more than ${LONGEST_TRAILERS} bytes`);
        return line === '';
      case 'data':
        return false;
    }
  }
}
