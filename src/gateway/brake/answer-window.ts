/** The newest answers of one version: a ring of so many, of which those that are too old do not count. */
export class AnswerWindow {
  private readonly times: Float64Array;
  private readonly durations: Float64Array;
  private readonly failed: Uint8Array;
  private next = 0;
  private filled = 0;

  constructor(most: number) {
    this.times = new Float64Array(most);
    this.durations = new Float64Array(most);
    this.failed = new Uint8Array(most);
  }

  add(time: number, latencyMs: number, failed: boolean): void {
    this.times[this.next] = time;
    this.durations[this.next] = latencyMs;
    this.failed[this.next] = failed ? 1 : 0;
    this.next = (this.next + 1) % this.times.length;
    this.filled = Math.min(this.filled + 1, this.times.length);
  }

  /** How many answers there are since a time, and how many of them failed. */
  failures(since: number): { answers: number; count: number } {
    let [answers, count] = [0, 0];
    for (let i = 0; i < this.filled; i += 1) {
      if ((this.times[i] as number) < since) continue;
      answers += 1;
      count += this.failed[i] as number;
    }
    return { answers, count };
  }

  /** The same of those that took longer than a limit. */
  slower(limitMs: number, since: number): { answers: number; count: number } {
    let [answers, count] = [0, 0];
    for (let i = 0; i < this.filled; i += 1) {
      if ((this.times[i] as number) < since) continue;
      answers += 1;
      if ((this.durations[i] as number) > limitMs) count += 1;
    }
    return { answers, count };
  }

  /** In no order. */
  latencies(since: number): Float64Array {
    return this.durations.slice(0, this.filled).filter((_, i) => (this.times[i] as number) >= since);
  }
}
