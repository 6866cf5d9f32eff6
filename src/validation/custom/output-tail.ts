import type { Readable } from 'node:stream';

const MOST_BYTES = 2048;

/** The end of what a process prints, on both of its streams. */
export class OutputTail {
  private kept = Buffer.alloc(0);

  constructor(...streams: (Readable | null)[]) {
    for (const stream of streams)
      stream?.on('data', (chunk: Buffer) => {
        this.kept = Buffer.concat([this.kept, chunk.subarray(-MOST_BYTES)]).subarray(-MOST_BYTES);
      });
  }

  /** Without what would move a terminal's cursor. */
  get text(): string {
    return this.kept
      .toString('utf8')
      .replace(/[^\P{Cc}\n\t]/gu, '')
      .trim();
  }
}
