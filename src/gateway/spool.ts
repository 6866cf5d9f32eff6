import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObservationBatch } from '../domain/observation.js';

interface Spooled {
  readonly name: string;
  readonly bytes: number;
}

/** Batches on disk while the collector is away, oldest first, within a limit. They outlive the process. */
export class Spool {
  private files: Spooled[];
  private readonly folder: string;
  private readonly most: number;

  private constructor(folder: string, most: number, files: Spooled[]) {
    this.folder = folder;
    this.most = most;
    this.files = files;
  }

  static async open(folder: string, most: number): Promise<Spool> {
    await mkdir(folder, { recursive: true });
    const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
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

  /** @returns how many older batches had to go to make room */
  async add(batch: ObservationBatch): Promise<number> {
    const text = JSON.stringify(batch);
    const sequence = String(batch.sequence).padStart(10, '0');
    const name = `${Date.parse(batch.sentAt).toString().padStart(15, '0')}-${batch.bootId}-${sequence}.json`;
    await writeFile(join(this.folder, name), text);
    this.files.push({ name, bytes: Buffer.byteLength(text) });
    let dropped = 0;
    while (this.bytes > this.most && this.files.length > 0) {
      await this.removeFirst();
      dropped += 1;
    }
    return dropped;
  }

  /** The oldest batch as JSON text; null where there is none. */
  async first(): Promise<string | null> {
    const file = this.files[0];
    return file === undefined ? null : readFile(join(this.folder, file.name), 'utf8');
  }

  async removeFirst(): Promise<void> {
    const file = this.files.shift();
    if (file !== undefined) await rm(join(this.folder, file.name), { force: true });
  }
}
