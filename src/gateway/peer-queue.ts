import { setTimeout as sleep } from 'node:timers/promises';
import { describeError } from '../domain/errors.js';
import type { Log } from '../process/log.js';

/** A command that another replica is told of. */
export interface PeerCommand {
  readonly method: 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: string;
}

export interface PeerQueueOptions {
  readonly url: string;
  /** @returns the status of the answer */
  readonly send: (command: PeerCommand) => Promise<number>;
  /** Whether that replica is still one. */
  readonly isPeer: () => boolean;
  readonly log: Log;
}

const MOST_WAITING = 1000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;
/** It knows of something newer, or has not what is to go. */
const KNOWN_BETTER = [404, 409];

/**
 * What one replica is still to be told, tried until it has heard it. In the order in which it was so: what comes late could undo what came after it, and
 * a flag may need the one before it.
 */
export class PeerQueue {
  private readonly options: PeerQueueOptions;
  private readonly waiting: PeerCommand[] = [];
  private isTelling = false;

  constructor(options: PeerQueueOptions) {
    this.options = options;
  }

  add(command: PeerCommand): void {
    const { url, log } = this.options;
    if (this.waiting.length === MOST_WAITING) {
      const dropped = this.waiting.shift();
      log('error', `a peer is not told: ${MOST_WAITING} commands wait for it`, { url, path: dropped?.path });
    }
    this.waiting.push(command);
    if (!this.isTelling) void this.tell();
  }

  private async tell(): Promise<void> {
    this.isTelling = true;
    for (let failed = 0; this.options.isPeer(); ) {
      const [command] = this.waiting;
      if (command === undefined) break;
      failed = (await this.isTold(command, failed === 0)) ? 0 : failed + 1;
      if (failed === 0 && this.waiting[0] === command) this.waiting.shift();
      // No reason to keep a process that ends.
      if (failed > 0)
        await sleep(Math.min(FIRST_PAUSE_MS * 2 ** (failed - 1), LONGEST_PAUSE_MS), undefined, { ref: false });
    }
    // Where it is no peer any more, it asks for all should it become one again.
    this.waiting.length = 0;
    this.isTelling = false;
  }

  /** A refusal is an answer. */
  private async isTold(command: PeerCommand, isFirst: boolean): Promise<boolean> {
    const { url, send, log } = this.options;
    const { path } = command;
    try {
      const status = await send(command);
      if (status >= 500) throw new Error(`status ${status}`);
      if (status >= 400 && !KNOWN_BETTER.includes(status)) log('warn', 'a peer refuses', { url, path, status });
      return true;
    } catch (error) {
      if (isFirst)
        log('warn', 'a peer could not be told; it is tried again', { url, path, cause: describeError(error) });
      return false;
    }
  }
}
