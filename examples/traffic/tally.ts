import { quantile } from 'simple-statistics';

export interface TrafficStats {
  readonly sent: number;
  readonly ok: number;
  /** Answers other than 2xx, and broken connections. */
  readonly failed: number;
  /** The first ten, in words. */
  readonly failures: readonly string[];
  readonly byVersion: Readonly<Record<string, number>>;
  /** Users who met another version than before, by `v1->v2`. */
  readonly transitions: Readonly<Record<string, number>>;
  readonly latencyMs: { readonly p50: number | null; readonly p99: number | null };
  readonly feedback: {
    readonly sent: number;
    readonly accepted: number;
    readonly rejected: number;
    readonly failed: number;
  };
}

const MOST_FAILURES = 10;
/** Enough for quantiles of a long run, and bounded. */
const MOST_LATENCIES = 20_000;

/** Counts what users met. */
export class Tally {
  private sent = 0;
  private ok = 0;
  private readonly failures: string[] = [];
  private readonly byVersion: Record<string, number> = {};
  private readonly transitions: Record<string, number> = {};
  private readonly lastVersion = new Map<string, string>();
  private readonly latencies: number[] = [];
  private readonly feedback = { sent: 0, accepted: 0, rejected: 0, failed: 0 };

  answered(user: string, status: number, version: string, latencyMs: number): void {
    this.sent += 1;
    this.latencies[this.sent % MOST_LATENCIES] = latencyMs;
    if (status < 200 || status > 299) return this.fail(`status ${status} from ${version}`);
    this.ok += 1;
    this.byVersion[version] = (this.byVersion[version] ?? 0) + 1;
    const before = this.lastVersion.get(user);
    this.lastVersion.set(user, version);
    if (before === undefined || before === version) return;
    const move = `${before}->${version}`;
    this.transitions[move] = (this.transitions[move] ?? 0) + 1;
  }

  broken(error: unknown): void {
    this.sent += 1;
    this.fail(error instanceof Error ? error.message : String(error));
  }

  labelled(sent: number, status: number, accepted: number, rejected: number): void {
    this.feedback.sent += sent;
    this.feedback.accepted += accepted;
    this.feedback.rejected += rejected;
    if (status !== 202 && status !== 422) this.feedback.failed += sent;
  }

  stats(): TrafficStats {
    const known = this.latencies.filter((ms) => ms !== undefined);
    const at = (q: number) => (known.length === 0 ? null : quantile(known, q));
    return {
      sent: this.sent,
      ok: this.ok,
      failed: this.sent - this.ok,
      failures: [...this.failures],
      byVersion: { ...this.byVersion },
      transitions: { ...this.transitions },
      latencyMs: { p50: at(0.5), p99: at(0.99) },
      feedback: { ...this.feedback },
    };
  }

  private fail(words: string): void {
    if (this.failures.length < MOST_FAILURES) this.failures.push(`${new Date().toISOString()} ${words}`);
  }
}
