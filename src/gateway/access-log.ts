import { type FileHandle, open } from 'node:fs/promises';
import { describeError } from '../domain/errors.js';
import type { Log } from '../process/log.js';
import type { Observed } from './record/recorder.js';
import type { UpstreamRequest } from './upstream/connection.js';

const BLOCK_BYTES = 256 * 1024;
const LONGEST_LINE = 2048;
const FLUSH_MS = 1000;
/** A disk that is slower than the traffic must not fill the memory. */
const MOST_BLOCKS = 32;

interface Block {
  readonly bytes: Buffer;
  readonly lines: number;
}

/** One JSON object a line for each answer of a version: who answered, how, how fast. No user key, no header, no query, no body. */
export class AccessLog {
  private readonly file: FileHandle;
  private readonly log: Log;
  private readonly timer: NodeJS.Timeout;
  /** Bytes at once: a text that grows line by line would have to be put together in the end. */
  private block = Buffer.allocUnsafe(BLOCK_BYTES);
  private used = 0;
  private lines = 0;
  private readonly full: Block[] = [];
  private writing: Promise<void> | null = null;
  /** Whether the last write may have ended in the middle of a line. */
  private isTorn = false;
  /** Lines lost: more than the disk keeps up with, or refused by it. */
  dropped = 0;

  private constructor(file: FileHandle, log: Log) {
    this.file = file;
    this.log = log;
    this.timer = setInterval(() => void this.flush(), FLUSH_MS);
    this.timer.unref();
  }

  /** Appends to the file. @throws where it can't be opened */
  static async open(path: string, log: Log): Promise<AccessLog> {
    return new AccessLog(await open(path, 'a', 0o640), log);
  }

  add({ route, arm, version, at, latencyMs, status, failed }: Observed, request: UpstreamRequest, id: string): void {
    if (this.used + LONGEST_LINE > BLOCK_BYTES && !this.nextBlock()) {
      this.dropped += 1;
      return;
    }
    // Names, versions and ids are of letters that JSON takes as they are; a path may be of any.
    const line =
      `{"at":${at},"service":"${route.service}","epoch":${route.epoch},"arm":"${arm}","version":"${version}","method":"${request.method}",` +
      `"path":${quoted(request.path.split('?', 1)[0] ?? '')},"status":${status},"failed":${failed},"ms":${Math.round(latencyMs * 1000) / 1000},"prediction":"${id}"}\n`;
    this.used += this.block.write(line, this.used, 'latin1');
    this.lines += 1;
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.writing;
    await this.flush();
    await this.file.close();
  }

  /** @returns false where too much waits for the disk already */
  private nextBlock(): boolean {
    if (this.full.length >= MOST_BLOCKS) return false;
    this.full.push(this.takeBlock());
    void this.flush();
    return true;
  }

  private takeBlock(): Block {
    const { lines } = this;
    const bytes = this.block.subarray(0, this.used);
    this.block = Buffer.allocUnsafe(BLOCK_BYTES);
    this.used = 0;
    this.lines = 0;
    return { bytes, lines };
  }

  /** One write at a time. */
  private flush(): Promise<void> {
    this.writing ??= this.writeAll().finally(() => {
      this.writing = null;
    });
    return this.writing;
  }

  private async writeAll(): Promise<void> {
    for (let block = this.full.shift(); block !== undefined; block = this.full.shift()) await this.write(block);
    if (this.lines > 0) await this.write(this.takeBlock());
  }

  private async write({ bytes, lines }: Block): Promise<void> {
    try {
      if (this.isTorn) await this.file.appendFile('\n');
      this.isTorn = true;
      await this.file.appendFile(bytes);
      this.isTorn = false;
    } catch (error) {
      this.dropped += lines;
      this.log('error', 'the access log can not be written', { lines, cause: describeError(error) });
    }
  }
}

/** The same few paths come again and again. */
const QUOTED = new Map<string, string>();

function quoted(path: string): string {
  const known = QUOTED.get(path);
  if (known !== undefined) return known;
  if (QUOTED.size >= 1000) QUOTED.clear();
  // Of other letters only their escapes: the line is written byte by byte.
  const text = JSON.stringify(path.slice(0, 200)).replaceAll(
    /[^ -~]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  QUOTED.set(path, text);
  return text;
}
