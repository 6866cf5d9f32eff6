import { createHash } from 'node:crypto';
import { HOUR_MS } from '../../domain/duration.js';
import { AccessError } from '../problem.js';

export interface RateLimits {
  /** Requests of one subject, or of one address where nobody is known, in 10 s. */
  readonly requests: number;
  /** Tokens that are none, from one address, in a minute: nobody guesses by trying. */
  readonly refusals: number;
}

export const STANDARD_LIMITS: RateLimits = { requests: 1000, refusals: 30 };
const REQUEST_WINDOW_MS = 10_000;
const REFUSAL_WINDOW_MS = 60_000;
/** Of a token that was good, and how many of them are known. */
const KNOWN_MS = HOUR_MS;
const MOST_KNOWN = 10_000;

/** Counts in windows that begin anew together: as many entries as there were askers in one window, and no more. */
class Window {
  private readonly counts = new Map<string, number>();
  private readonly lengthMs: number;
  private endsAt = 0;

  constructor(lengthMs: number) {
    this.lengthMs = lengthMs;
  }

  count(key: string, by = 1): number {
    const now = performance.now();
    if (now >= this.endsAt) {
      this.counts.clear();
      this.endsAt = now + this.lengthMs;
    }
    const counted = (this.counts.get(key) ?? 0) + by;
    if (by > 0) this.counts.set(key, counted);
    return counted;
  }

  /** Seconds until it begins anew, at least 1. */
  get retryAfter(): number {
    return Math.max(1, Math.ceil((this.endsAt - performance.now()) / 1000));
  }
}

/** Of this process: several replicas of the api allow as many times more. */
export class RateLimiter {
  private readonly requests = new Window(REQUEST_WINDOW_MS);
  private readonly refusals = new Window(REFUSAL_WINDOW_MS);
  private readonly limits: RateLimits;
  /** Digest of a token that was good -> when. */
  private readonly known = new Map<string, number>();

  constructor(limits: RateLimits) {
    this.limits = limits;
  }

  /** @throws {AccessError} RATE_LIMITED */
  take(key: string): void {
    if (this.requests.count(key) > this.limits.requests)
      throw tooMany(`more than ${this.limits.requests} requests in 10 s`, this.requests.retryAfter);
  }

  /**
   * Before a token is looked at. One that was good lately is no guess: behind a proxy all share an address, and whoever guesses must not lock out those
   * who have to roll back.
   * @throws {AccessError} RATE_LIMITED
   */
  assertMayTry(address: string, token: string | undefined): void {
    if (token !== undefined && performance.now() - (this.known.get(digest(token)) ?? -KNOWN_MS) < KNOWN_MS) return;
    if (this.refusals.count(address, 0) >= this.limits.refusals)
      throw tooMany(`more than ${this.limits.refusals} tokens that are none in a minute`, this.refusals.retryAfter);
  }

  refused(address: string): void {
    this.refusals.count(address);
  }

  /** A token was good. */
  took(token: string): void {
    const key = digest(token);
    this.known.delete(key);
    this.known.set(key, performance.now());
    const [oldest] = this.known.keys();
    if (this.known.size > MOST_KNOWN && oldest !== undefined) this.known.delete(oldest);
  }
}

/** Tokens themselves are kept nowhere. */
function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}

function tooMany(what: string, seconds: number): AccessError {
  return new AccessError('RATE_LIMITED', `${what}; ask again in ${seconds} s`, { 'retry-after': String(seconds) });
}
