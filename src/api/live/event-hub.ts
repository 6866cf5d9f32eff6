import type { Change, RolloutList } from '../../ports/rollout-list.js';

export interface HubOptions {
  /** Between two looks at the store. */
  readonly intervalMs?: number;
  readonly onError?: (error: unknown) => void;
}

/** One who follows. */
export interface Follower {
  /** False: what else was missed would be too much to tell at once. */
  readonly hasRoom: boolean;
  /** `id`: what to come back with. */
  tell(change: Change, id: number): void;
  /** Too much was missed. */
  reset(reason: string, id: number): void;
  /** The store was looked at, and there may have been nothing. */
  alive(): void;
}

const MOST_AT_ONCE = 500;
/** Who is further behind than this reads again sooner than it would catch up. */
const MOST_MISSED = 5000;
const TOO_MUCH = 'more was missed than is told at once';
/** A position that is not there by then was rolled back, and never will be. */
const MISSING_KEPT_MS = 30_000;
/** Looks in a row that found nothing, some five seconds: then it is asked whether the store still is where it was. */
const IDLE_LOOKS = 16;

interface Following {
  readonly follower: Follower;
  /** False while it is told what it has missed. */
  caughtUp: boolean;
  /** What it was told to come back with. */
  lastId: number;
  readonly waiting: Change[];
}

/**
 * One loop over the store's feed of changes for all who follow; it runs while anybody does. Who writes first need not commit first, so positions that
 * are skipped are asked for again for a while.
 */
export class EventHub {
  private readonly list: RolloutList;
  private readonly options: HubOptions;
  private readonly followers = new Set<Following>();
  private readonly missing = new Map<number, number>();
  private position = 0;
  private idleLooks = 0;
  private running: Promise<void> | null = null;
  private wake: () => void = () => undefined;
  private isClosed = false;

  constructor(list: RolloutList, options: HubOptions = {}) {
    this.list = list;
    this.options = options;
  }

  get size(): number {
    return this.followers.size;
  }

  /**
   * Tells all that changes from now on, and before that what has changed since `lastId`.
   * @returns how to leave
   * @throws {SluiceError} where the store can't be read
   */
  async follow(lastId: number | null, follower: Follower): Promise<() => void> {
    const one: Following = { follower, caughtUp: false, lastId: lastId ?? 0, waiting: [] };
    // First, so that nothing falls between the look that is under way and where this one begins.
    this.followers.add(one);
    try {
      const bounds = await this.list.bounds();
      const newest = bounds?.newest ?? 0;
      if (this.running === null) this.position = newest;
      this.start();
      await this.catchUp(one, lastId, (bounds?.oldest ?? 1) - 1, newest);
    } catch (error) {
      this.followers.delete(one);
      throw error;
    }
    return () => void this.followers.delete(one);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.followers.clear();
    this.wake();
    await this.running;
  }

  /** What was before the loop tells of it; what the loop has told meanwhile comes after. */
  private async catchUp(one: Following, lastId: number | null, oldest: number, newest: number): Promise<void> {
    if (lastId === null) reset(one, 'connected', newest);
    else if (lastId < oldest || lastId > newest || newest - lastId > MOST_MISSED)
      reset(one, `what came after ${lastId} is no longer kept`, newest);
    else await this.tellMissed(one, lastId, newest);
    one.lastId = Math.max(one.lastId, newest);
    for (const change of one.waiting.splice(0)) {
      if (!one.follower.hasRoom) {
        reset(one, TOO_MUCH, Math.max(one.lastId, this.position));
        break;
      }
      tell(one, change);
    }
    one.caughtUp = true;
  }

  private async tellMissed(one: Following, lastId: number, newest: number): Promise<void> {
    for (let after = lastId; after < newest; ) {
      const { changes, positions } = await this.list.changes(after, [], MOST_AT_ONCE);
      for (const change of changes) {
        if (change.position > newest) continue;
        if (!one.follower.hasRoom) return reset(one, TOO_MUCH, newest);
        tell(one, change);
      }
      after = positions.at(-1) ?? newest;
    }
  }

  private start(): void {
    this.running ??= this.loop().finally(() => {
      this.running = null;
    });
  }

  private async loop(): Promise<void> {
    while (!this.isClosed && this.followers.size > 0) {
      try {
        await this.look();
        for (const { follower } of this.followers) follower.alive();
      } catch (error) {
        this.options.onError?.(error);
      }
      await this.pause();
    }
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.options.intervalMs ?? 300);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private async look(): Promise<void> {
    const now = performance.now();
    const { changes, positions } = await this.list.changes(this.position, [...this.missing.keys()], MOST_AT_ONCE);
    for (const position of positions) {
      this.missing.delete(position);
      // A jump in the numbers: somebody took one and is not done yet.
      for (let skipped = this.position + 1; skipped < position && this.missing.size < MOST_AT_ONCE; skipped += 1)
        this.missing.set(skipped, now);
      this.position = Math.max(this.position, position);
    }
    // Only after it was asked for once more: the store may have been away meanwhile.
    for (const [position, since] of this.missing) if (now - since > MISSING_KEPT_MS) this.missing.delete(position);
    for (const change of changes) for (const one of this.followers) this.pass(one, change);
    this.idleLooks = positions.length > 0 ? 0 : this.idleLooks + 1;
    if (this.idleLooks % IDLE_LOOKS === IDLE_LOOKS - 1) await this.noticeSetBack();
  }

  /** A store that was restored from a backup counts on from an earlier place: for long, nothing that changes there would be beyond ours. */
  private async noticeSetBack(): Promise<void> {
    const newest = (await this.list.bounds())?.newest ?? 0;
    if (newest >= this.position) return;
    this.position = newest;
    this.missing.clear();
    for (const one of this.followers) reset(one, 'the store was set back', newest);
  }

  private pass(one: Following, change: Change): void {
    if (one.caughtUp) tell(one, change);
    else one.waiting.push(change);
  }
}

/** Each has an id of its own, so that a connection that is cut goes on right there; a late one has that of what was told before it. */
function tell(one: Following, change: Change): void {
  one.lastId = Math.max(one.lastId, change.position);
  one.follower.tell(change, one.lastId);
}

function reset(one: Following, reason: string, newest: number): void {
  // An id that never was must not stay.
  one.lastId = newest;
  one.follower.reset(reason, newest);
}
