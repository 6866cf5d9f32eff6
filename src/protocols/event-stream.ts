const LONGEST_EVENT = 2 ** 20;

/**
 * Reads server-sent events bit by bit, in memory bounded by one event.
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html, section 9.2.6. Only data counts here: no ids, names or retries.
 */
export class EventStreamReader {
  private rest = '';
  private data: string[] = [];
  private length = 0;
  private isFirst = true;
  private hasHalfEnd = false;
  private readonly onData: (data: string) => void;
  private readonly longest: number;

  /** @param longest characters of one event */
  constructor(onData: (data: string) => void, longest = LONGEST_EVENT) {
    this.onData = onData;
    this.longest = longest;
  }

  /** @throws {RangeError} on an event that is too long */
  push(text: string): void {
    if (text === '') return;
    const part = this.isFirst ? text.replace(/^\ufeff/, '') : text;
    this.isFirst = false;
    // A long line in many pieces must not be searched again with each of them.
    if (!/[\r\n]/.test(part) && !this.hasHalfEnd) {
      this.rest += part;
      return this.assertLength(this.rest.length);
    }
    const whole = this.rest + part;
    // A return at the end may be half of a line end.
    const ends = whole.endsWith('\r') ? whole.length - 1 : whole.length;
    const lines = whole.slice(0, ends).split(/\r\n|\r|\n/);
    this.hasHalfEnd = ends < whole.length;
    this.rest = `${lines.pop() ?? ''}${whole.slice(ends)}`;
    for (const line of lines) this.take(line);
    this.assertLength(this.rest.length);
  }

  private take(line: string): void {
    if (line === '') {
      const data = this.data.join('\n');
      const isEvent = this.data.length > 0;
      [this.data, this.length] = [[], 0];
      if (isEvent) this.onData(data);
      return;
    }
    if (line !== 'data' && !line.startsWith('data:')) return;
    const value = line.slice(5).replace(/^ /, '');
    this.length += value.length + 1;
    this.assertLength(0);
    this.data.push(value);
  }

  private assertLength(more: number): void {
    if (this.length + more > this.longest)
      throw new RangeError(`an event of more than ${this.longest} characters in a stream`);
  }
}
