import type { LocalModel } from './local-models.js';
import { Replica } from './replica.js';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** A replica that lived for so long did not fail at its start. */
const SOUND_AFTER_MS = 60_000;

/** As many replicas of one model server as are wanted; one that ends by itself is replaced, ever more slowly while that goes on. */
export class ReplicaPool {
  private readonly model: LocalModel;
  private readonly active = new Set<Replica>();
  private readonly leaving = new Set<Promise<void>>();
  private wantedCount = 0;
  private starting = 0;
  private failures = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(model: LocalModel) {
    this.model = model;
  }

  get wanted(): number {
    return this.wantedCount;
  }

  get ready(): number {
    return [...this.active].filter((replica) => replica.isReady).length;
  }

  /** Of those that run and are to go on. */
  get pids(): number[] {
    return [...this.active].flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  }

  /** The ready one with the fewest requests under way; null where none is ready. */
  pick(): Replica | null {
    let best: Replica | null = null;
    for (const replica of this.active)
      if (replica.isReady && (best === null || replica.inFlight < best.inFlight)) best = replica;
    return best;
  }

  /** Those that go are drained behind the scenes. */
  scale(replicas: number): void {
    if (replicas > this.wantedCount) this.failures = 0;
    this.wantedCount = replicas;
    this.settle();
  }

  /** Ends them all, and waits for it. */
  async stop(drainMs: number): Promise<void> {
    clearTimeout(this.timer);
    this.wantedCount = 0;
    for (const replica of this.active) this.dismiss(replica, drainMs);
    await Promise.all(this.leaving);
  }

  private settle(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const surplus = this.active.size - this.wantedCount;
    if (surplus > 0) for (const replica of this.byUse().slice(0, surplus)) this.dismiss(replica, this.model.drain);
    while (this.active.size + this.starting < this.wantedCount) void this.add();
  }

  /** The least useful first: not ready, then young. */
  private byUse(): Replica[] {
    return [...this.active].sort((a, b) => Number(a.isReady) - Number(b.isReady) || a.ageMs - b.ageMs);
  }

  private async add(): Promise<void> {
    this.starting += 1;
    const replica = await Replica.start(this.model).catch(() => null);
    this.starting -= 1;
    if (replica === null) return this.retryLater();
    this.active.add(replica);
    void replica.exited.then(() => {
      if (!this.active.delete(replica)) return;
      if (replica.ageMs > SOUND_AFTER_MS) this.failures = 0;
      this.retryLater();
    });
    // Fewer may be wanted by now.
    if (this.active.size > this.wantedCount) this.settle();
  }

  private dismiss(replica: Replica, drainMs: number): void {
    this.active.delete(replica);
    const gone = replica.stop(drainMs).finally(() => this.leaving.delete(gone));
    this.leaving.add(gone);
  }

  private retryLater(): void {
    if (this.timer !== undefined || this.wantedCount === 0) return;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.failures);
    this.failures += 1;
    this.timer = setTimeout(() => this.settle(), pauseMs);
  }
}
