import { mkdir, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig } from '../../config.js';
import { SluiceError } from '../../domain/errors.js';
import { serviceName, versionName } from '../../domain/spec/target.js';
import { lockFolder } from '../../process/folder-lock.js';
import { say } from '../output/say.js';
import { untilSignal } from '../until-signal.js';
import { folderOf, NO_HEAD, type Position, type PositionFile, positionFile, type Stretch } from './logs-position.js';
import { createLogSender, type SendLogs } from './logs-send.js';
import {
  bytesOf,
  headOf,
  inodeOf,
  isSame,
  nextAfter,
  nextStretch,
  type OpenLog,
  openLog,
  reopen,
} from './logs-tail.js';

const POLL_MS = 500;

export interface FollowOptions {
  readonly service: string;
  readonly version?: string;
  readonly fromEnd?: boolean;
  readonly once?: boolean;
  readonly stateDir: string;
}

/** Runs until a signal; with `--once` to the end of the file. @throws {SluiceError} NOT_FOUND with `--once` where there is no file */
export async function follow(file: string, options: FollowOptions): Promise<void> {
  const path = resolve(file);
  const { service, version = null } = options;
  assertNames(service, version);
  const folder = folderOf(options.stateDir, await placeOf(path), service, version ?? '');
  await mkdir(folder, { recursive: true });
  // Two that follow one log would write over each other's position.
  const lock = await lockFolder(join(folder, 'lock'));
  const stop = new AbortController();
  void untilSignal().then(() => stop.abort());
  try {
    const send = createLogSender(readConfig(), stop.signal, say);
    await new Follower(path, positionFile(folder), { ...options, version }, send, stop.signal).run();
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    await lock.release();
  }
}

interface Following {
  readonly service: string;
  readonly version: string | null;
  readonly fromEnd?: boolean;
  readonly once?: boolean;
}

/** Reads a log from where it stopped, and hands over one stretch after the other. */
class Follower {
  private readonly path: string;
  private readonly file: PositionFile;
  private readonly what: Following;
  private readonly send: SendLogs;
  private readonly signal: AbortSignal;
  private log: OpenLog | null = null;
  private lines = 0;
  private isMissed = false;

  constructor(path: string, file: PositionFile, what: Following, send: SendLogs, signal: AbortSignal) {
    this.path = path;
    this.file = file;
    this.what = what;
    this.send = send;
    this.signal = signal;
  }

  async run(): Promise<void> {
    try {
      let position = await this.resume(await this.file.read());
      let looks = 0;
      while (!this.signal.aborted) {
        const next = await this.step(position, looks);
        looks = next === position ? looks + 1 : 0;
        position = next;
        if (looks === 0) continue;
        if (this.what.once && looks > 1) return this.assertFound();
        await sleep(this.what.once ? 0 : POLL_MS, undefined, { signal: this.signal });
      }
    } finally {
      await this.log?.handle.close();
      say(`${this.lines} lines sent`);
    }
  }

  /** Finds the file again, and sends once more what was on its way. */
  private async resume(position: Position): Promise<Position> {
    if (position.inode === null) return position;
    this.log = await reopen(this.path, position);
    if (this.log === null) {
      say(`${this.path} was replaced: what was not read of it is lost`);
      // What was on its way has its number, whether it arrived or not.
      return { ...fromStart(position), sequence: position.sequence + (position.pending === null ? 0 : 1) };
    }
    return position.pending === null ? position : this.deliver(position, position.pending);
  }

  /** @param looks how often in a row there was nothing @returns the same position where there is nothing to do */
  private async step(position: Position, looks: number): Promise<Position> {
    if (this.log === null) return this.openNext(position);
    if (!(await isSame(this.log, position))) {
      say(`${this.path} was cut short: it is read from its beginning`);
      return fromStart(position);
    }
    const isRotated = (await inodeOf(this.path)) !== this.log.inode;
    // Whoever writes may hold the old file a little longer: its end counts once it was looked at twice.
    const isLast = (isRotated && looks > 1) || (this.what.once === true && looks > 0);
    const stretch = await nextStretch(this.log, position, isLast);
    if (stretch !== null) return this.deliver(position, stretch);
    if (!isRotated || !isLast || (await inodeOf(this.path)) === null) return position;
    const next = await nextAfter(this.log, this.path);
    await this.log.handle.close();
    this.log = null;
    return next === this.path ? fromStart(position) : this.openNext(position, next);
  }

  /** Written down at once: `--from-end` means the end that was there at the first start. */
  private async openNext(position: Position, path = this.path): Promise<Position> {
    this.log = await openLog(path);
    if (this.log === null) {
      this.sayMissing();
      return position;
    }
    this.isMissed = false;
    const { inode, handle } = this.log;
    const offset = this.what.fromEnd && position.inode === null ? (await handle.stat()).size : 0;
    const next = { ...fromStart(position), inode, offset, head: await headOf(handle, offset) };
    await this.file.write(next);
    return next;
  }

  /** Once: it may be a file that is yet to come, or a wrong name. */
  private sayMissing(): void {
    if (!this.isMissed && this.what.once !== true) say(`${this.path} is not there yet: it is waited for`);
    this.isMissed = true;
  }

  private assertFound(): void {
    if (this.log === null) throw new SluiceError('NOT_FOUND', `${this.path} is not there`);
  }

  /** Said first, sent then: after a crash the same bytes go out under the same number. */
  private async deliver(position: Position, stretch: Stretch): Promise<Position> {
    const { log } = this;
    if (log === null) return position;
    const { service, version } = this.what;
    let { sequence } = position;
    if (stretch.sent > 0) {
      await this.file.write({ ...position, pending: stretch });
      const body = await bytesOf(log.handle, stretch.from, stretch.sent);
      const receipt = await this.send({ service, version, source: position.source, sequence }, body);
      this.lines += receipt?.lines ?? 0;
      sequence += 1;
    }
    const next: Position = {
      ...position,
      sequence,
      offset: stretch.to,
      head: await headOf(log.handle, stretch.to),
      inLine: stretch.endsInLine,
      pending: null,
    };
    await this.file.write(next);
    return next;
  }
}

function fromStart(position: Position): Position {
  return { ...position, offset: 0, head: NO_HEAD, inLine: false, pending: null };
}

function assertNames(service: string, version: string | null): void {
  if (!serviceName.safeParse(service).success)
    throw new SluiceError('USAGE', `--service: "${service}" is not the name of a service`);
  if (version !== null && !versionName.safeParse(version).success)
    throw new SluiceError('USAGE', `--version: "${version}" is not the name of a version`);
}

/** The same file by another name of its folder is the same log; the file itself may not be there yet. */
async function placeOf(path: string): Promise<string> {
  const folder = resolve(path, '..');
  return join(await realpath(folder).catch(() => folder), path.slice(folder.length));
}
