import { mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError } from '../../domain/errors.js';
import type { Log } from '../../process/log.js';

/** A batch as it is sent, with what orders it among the others. */
export interface BatchText {
  readonly bootId: string;
  readonly sequence: number;
  /** ISO. */
  readonly sentAt: string;
  readonly text: string;
}

interface Spooled {
  readonly name: string;
  readonly bytes: number;
}

/** @param worker of a cluster; absent: a gateway on its own */
export function spoolFolder(stateDir: string, worker?: number): string {
  return join(stateDir, `spool${worker ?? ''}`);
}

/**
 * Moves batches of processes that are no more, since a gateway was started anew with another number of them, to the first that is: nobody else would ever
 * send them.
 * @param workers how many there are now; absent: a gateway on its own. None of them has opened its spool yet
 */
export async function gatherSpools(stateDir: string, log: Log, workers?: number): Promise<void> {
  const inUse =
    workers === undefined
      ? [spoolFolder(stateDir)]
      : Array.from({ length: workers }, (_, index) => spoolFolder(stateDir, index));
  const heir = inUse[0] as string;
  await mkdir(heir, { recursive: true, mode: 0o700 });
  const names = (await readdir(stateDir)).filter((name) => /^spool\d*$/.test(name));
  for (const folder of names.map((name) => join(stateDir, name)).filter((path) => !inUse.includes(path)))
    try {
      for (const name of await readdir(folder)) await rename(join(folder, name), join(heir, name));
      await rmdir(folder);
    } catch (error) {
      log('error', 'records of an earlier process are not sent', { folder, cause: describeError(error) });
    }
}

/** Batches on disk while the collector is away, oldest first, within a limit. They outlive the process. */
export class Spool {
  private files: Spooled[];
  private readonly folder: string;
  private readonly most: number;
  /** Batches given up since the start: to make room, or because the disk did not take or give them. */
  dropped = 0;

  private constructor(folder: string, most: number, files: Spooled[]) {
    this.folder = folder;
    this.most = most;
    this.files = files;
  }

  static async open(folder: string, most: number): Promise<Spool> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const found = await readdir(folder);
    // What a crash left half written was never counted as kept.
    for (const name of found.filter((each) => each.endsWith('.new'))) await rm(join(folder, name), { force: true });
    const names = found.filter((name) => name.endsWith('.json')).sort();
    const files = await Promise.all(
      names.map(async (name) => ({ name, bytes: (await stat(join(folder, name))).size })),
    );
    return new Spool(folder, most, files);
  }

  get bytes(): number {
    return this.files.reduce((sum, file) => sum + file.bytes, 0);
  }

  get isEmpty(): boolean {
    return this.files.length === 0;
  }

  /** When the oldest batch was made, in ms since 1970; null where none waits. */
  get oldestAt(): number | null {
    const [oldest] = this.files;
    // The name begins with it.
    return oldest === undefined ? null : Number.parseInt(oldest.name, 10);
  }

  /** @throws when the disk refuses it; the batch is counted as dropped then */
  async add({ bootId, sequence, sentAt, text }: BatchText): Promise<void> {
    const number = String(sequence).padStart(10, '0');
    const name = `${Date.parse(sentAt).toString().padStart(15, '0')}-${bootId}-${number}.json`;
    const draft = join(this.folder, `${name}.new`);
    try {
      await writeFile(draft, text);
      await rename(draft, join(this.folder, name));
    } catch (error) {
      this.dropped += 1;
      await rm(draft, { force: true });
      throw error;
    }
    this.files.push({ name, bytes: Buffer.byteLength(text) });
    while (this.bytes > this.most && this.files.length > 0) await this.dropFirst();
  }

  /** The oldest batch as JSON text; null where there is none. One that can't be read must not hold up the others. */
  async first(): Promise<string | null> {
    for (let file = this.files[0]; file !== undefined; file = this.files[0]) {
      const text = await readFile(join(this.folder, file.name), 'utf8').catch(() => null);
      if (text !== null) return text;
      await this.dropFirst();
    }
    return null;
  }

  async removeFirst(): Promise<void> {
    const file = this.files.shift();
    if (file !== undefined) await rm(join(this.folder, file.name), { force: true });
  }

  private async dropFirst(): Promise<void> {
    this.dropped += 1;
    await this.removeFirst();
  }
}
