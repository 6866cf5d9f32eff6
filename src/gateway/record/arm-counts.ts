import { type Arm, type ArmBucket, BUCKET_MS } from '../../domain/observation.js';
import type { Route } from '../../domain/route.js';
import { bucketIndex } from '../../stats/sketch/latency-sketch.js';

/** Upper bounds of the Prometheus histogram, in seconds. */
export const DURATION_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
const BOUNDS_MS = Float64Array.from(DURATION_BOUNDS, (seconds) => seconds * 1000);

interface OpenBucket {
  readonly start: number;
  requests: number;
  errors: number;
  readonly latency: Map<number, number>;
}

/** Sums of one version's answers under one route: since the start for metrics, by 10 s bucket for the collector. */
export class ArmCounts {
  readonly service: string;
  readonly rolloutId: string | null;
  readonly epoch: number;
  readonly arm: Arm;
  readonly version: string;
  readonly segment: string;
  requests = 0;
  errors = 0;
  sumMs = 0;
  /** Answers within each of `DURATION_BOUNDS` and not within the one before; last, all longer ones. */
  readonly durations = new Float64Array(BOUNDS_MS.length + 1);
  /** Recorded predictions by what they said. */
  readonly labels = new Map<string, number>();
  /** The newest recorded prediction of each of these durations. */
  readonly exemplars: ({ predictionId: string; latencyMs: number; at: number } | undefined)[] = [];
  private open: OpenBucket | null = null;
  private closed: OpenBucket[] = [];

  constructor(
    { service, rolloutId, epoch }: Pick<Route, 'service' | 'rolloutId' | 'epoch'>,
    arm: Arm,
    version: string,
    segment: string,
  ) {
    this.service = service;
    this.rolloutId = rolloutId;
    this.epoch = epoch;
    this.arm = arm;
    this.version = version;
    this.segment = segment;
  }

  count(at: number, latencyMs: number, failed: boolean): void {
    this.requests += 1;
    this.sumMs += latencyMs;
    const slot = slotOf(latencyMs);
    this.durations[slot] = (this.durations[slot] as number) + 1;
    const bucket = this.bucketAt(at);
    bucket.requests += 1;
    if (failed) {
      this.errors += 1;
      bucket.errors += 1;
    }
    const index = bucketIndex(latencyMs);
    bucket.latency.set(index, (bucket.latency.get(index) ?? 0) + 1);
  }

  /** @param at ms since 1970 */
  exemplify(predictionId: string, latencyMs: number, at: number): void {
    this.exemplars[slotOf(latencyMs)] = { predictionId, latencyMs, at };
  }

  /** @param label as `LabelNames` shows it */
  said(label: string, count = 1): void {
    this.labels.set(label, (this.labels.get(label) ?? 0) + count);
  }

  get isTaken(): boolean {
    return this.open === null && this.closed.length === 0;
  }

  /** What was counted since the last call. */
  take(): ArmBucket[] {
    const taken = this.open === null ? this.closed : [...this.closed, this.open];
    this.open = null;
    this.closed = [];
    const { service, rolloutId, epoch, arm, version, segment } = this;
    return taken.map(({ start, requests, errors, latency }) => ({
      service,
      rolloutId,
      epoch,
      arm,
      version,
      segment,
      bucketStart: new Date(start).toISOString(),
      requests,
      errors,
      latency: Object.fromEntries(latency),
    }));
  }

  private bucketAt(at: number): OpenBucket {
    const start = at - (at % BUCKET_MS);
    if (this.open?.start === start) return this.open;
    // A request that began long ago ends in an older bucket than those after it.
    const again = this.closed.find((bucket) => bucket.start === start);
    if (again !== undefined) return again;
    if (this.open !== null) this.closed.push(this.open);
    this.open = { start, requests: 0, errors: 0, latency: new Map() };
    return this.open;
  }
}

function slotOf(latencyMs: number): number {
  let slot = 0;
  while (slot < BOUNDS_MS.length && latencyMs > (BOUNDS_MS[slot] as number)) slot += 1;
  return slot;
}

/** The counts of every arm of every route that was in force, found by the route itself: no key is made for a request. */
export class ArmTotals {
  private readonly byRoute = new Map<Route, ArmCounts[]>();
  /** Of routes that are over; one a service, version and arm. */
  private readonly past = new Map<string, ArmCounts>();

  of(route: Route, arm: Arm, version: string, segment: string): ArmCounts {
    let arms = this.byRoute.get(route);
    if (arms === undefined) {
      arms = [];
      this.byRoute.set(route, arms);
    }
    for (const counts of arms)
      if (counts.arm === arm && counts.version === version && counts.segment === segment) return counts;
    const counts = new ArmCounts(route, arm, version, segment);
    arms.push(counts);
    return counts;
  }

  takeBuckets(): ArmBucket[] {
    return [...this.byRoute.values()].flat().flatMap((counts) => counts.take());
  }

  /** One a service, version and arm, whatever the route: what metrics show. */
  byVersion(): ArmCounts[] {
    const sums = new Map<string, ArmCounts>();
    for (const counts of [...this.past.values(), ...[...this.byRoute.values()].flat()]) addTo(sums, counts);
    return [...sums.values()];
  }

  /**
   * Folds what was counted under routes that are no longer in force, once it was taken: rollouts come and go for months. An answer that was on its way
   * when its route was replaced is counted while the batch before it is sent.
   */
  forget(isInForce: (route: Route) => boolean): void {
    for (const [route, arms] of this.byRoute) {
      if (isInForce(route) || !arms.every(({ isTaken }) => isTaken)) continue;
      this.byRoute.delete(route);
      for (const counts of arms) addTo(this.past, counts);
    }
  }
}

function addTo(sums: Map<string, ArmCounts>, counts: ArmCounts): void {
  const key = `${counts.service} ${counts.version} ${counts.arm}`;
  let sum = sums.get(key);
  if (sum === undefined) {
    sum = new ArmCounts(counts, counts.arm, counts.version, '');
    sums.set(key, sum);
  }
  sum.requests += counts.requests;
  sum.errors += counts.errors;
  sum.sumMs += counts.sumMs;
  for (const [label, count] of counts.labels) sum.said(label, count);
  for (let i = 0; i < sum.durations.length; i += 1) {
    sum.durations[i] = (sum.durations[i] as number) + (counts.durations[i] as number);
    const [ours, theirs] = [sum.exemplars[i], counts.exemplars[i]];
    if (theirs !== undefined && (ours === undefined || theirs.at > ours.at)) sum.exemplars[i] = theirs;
  }
}
