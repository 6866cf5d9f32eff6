import { quantile } from 'simple-statistics';

export interface TrafficStats {
  readonly sent: number;
  readonly ok: number;
  /** Answers other than 2xx, and broken connections. */
  readonly failed: number;
  /** The first ten, in words. */
  readonly failures: readonly string[];
  /** Requests that were due and not sent, since too many waited for their answers. */
  readonly heldBack: number;
  readonly byVersion: Readonly<Record<string, number>>;
  /** Users who met another version than before, by `v1->v2`. */
  readonly transitions: Readonly<Record<string, number>>;
  /** Of the last 20,000 answers; null before the first. */
  readonly latencyMs: { readonly p50: number | null; readonly p99: number | null };
  readonly feedback: {
    readonly sent: number;
    readonly accepted: number;
    readonly rejected: number;
    readonly failed: number;
  };
}

/** One answer; times are milliseconds of one monotonic clock. */
export interface Answered {
  readonly user: string;
  readonly status: number;
  readonly version: string;
  readonly sentAt: number;
  readonly answeredAt: number;
}

const MOST_FAILURES = 10;
/** Enough for quantiles of a long run, and bounded. */
const MOST_LATENCIES = 20_000;

/** Counts what users met. */
export class Tally {
  private answers = 0;
  private ok = 0;
  private failed = 0;
  private heldBackCount = 0;
  private readonly failures: string[] = [];
  private readonly byVersion: Record<string, number> = {};
  private readonly transitions: Record<string, number> = {};
  private readonly lastMet = new Map<string, { version: string; answeredAt: number }>();
  private readonly latencies: number[] = [];
  private readonly feedback = { sent: 0, accepted: 0, rejected: 0, failed: 0 };

  answered({ user, status, version, sentAt, answeredAt }: Answered): void {
    this.latencies[this.answers % MOST_LATENCIES] = answeredAt - sentAt;
    this.answers += 1;
    if (status < 200 || status > 299) return this.fail(`status ${status} from ${version}`);
    this.ok += 1;
    this.byVersion[version] = (this.byVersion[version] ?? 0) + 1;
    this.met(user, version, sentAt, answeredAt);
  }

  broken(error: unknown): void {
    this.fail(describe(error));
  }

  heldBack(count: number): void {
    this.heldBackCount += count;
  }

  labelled(sent: number, status: number, accepted: number, rejected: number): void {
    this.feedback.sent += sent;
    this.feedback.accepted += accepted;
    this.feedback.rejected += rejected;
    if (status !== 202 && status !== 422) this.feedback.failed += sent;
  }

  stats(): TrafficStats {
    const at = (q: number) => (this.latencies.length === 0 ? null : quantile(this.latencies, q));
    return {
      sent: this.ok + this.failed,
      ok: this.ok,
      failed: this.failed,
      failures: [...this.failures],
      heldBack: this.heldBackCount,
      byVersion: { ...this.byVersion },
      transitions: { ...this.transitions },
      latencyMs: { p50: at(0.5), p99: at(0.99) },
      feedback: { ...this.feedback },
    };
  }

  private met(user: string, version: string, sentAt: number, answeredAt: number): void {
    const before = this.lastMet.get(user);
    // Two requests under way at once may be answered in either order; only one sent after an answer can show a move.
    if (before !== undefined && sentAt < before.answeredAt) return;
    this.lastMet.set(user, { version, answeredAt });
    if (before === undefined || before.version === version) return;
    const move = `${before.version}->${version}`;
    this.transitions[move] = (this.transitions[move] ?? 0) + 1;
  }

  private fail(words: string): void {
    this.failed += 1;
    if (this.failures.length < MOST_FAILURES) this.failures.push(`${new Date().toISOString()} ${words}`);
  }
}

/** The code first (ECONNREFUSED): the message of a connection tried over several addresses is empty. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? `${String(error.code)} ` : '';
  return `${code}${error.message}`.trim();
}
