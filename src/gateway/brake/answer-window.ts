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

  /** How many answers there are since a time, how many of them failed, and how many took longer than a limit. */
  tally(since: number, limitMs = Number.POSITIVE_INFINITY): { answers: number; failed: number; slow: number } {
    let [answers, failed, slow] = [0, 0, 0];
    for (let i = 0; i < this.filled; i += 1) {
      if ((this.times[i] as number) < since) continue;
      answers += 1;
      failed += this.failed[i] as number;
      if ((this.durations[i] as number) > limitMs) slow += 1;
    }
    return { answers, failed, slow };
  }

  /** In no order. */
  latencies(since: number): Float64Array {
    return this.durations.slice(0, this.filled).filter((_, i) => (this.times[i] as number) >= since);
  }
}
