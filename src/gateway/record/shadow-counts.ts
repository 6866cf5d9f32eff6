import type { ShadowBucket } from '../../domain/observation.js';
import { BUCKET_MS, LARGEST_VALUE } from '../../domain/observation.js';
import type { Route } from '../../domain/route.js';

interface OpenTotal {
  count: number;
  sum: number;
}

interface OpenBucket {
  readonly start: number;
  pairs: number;
  compared: number;
  agreed: number;
  baselineErrors: number;
  candidateErrors: number;
  readonly latencyDifferenceMs: OpenTotal;
  readonly scoreDifference: OpenTotal;
}

/** How the candidate's answer to a copied request compares with the baseline's. */
export interface ComparedPair {
  readonly route: Route;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Whether both say the same; null where one could not be read. */
  readonly agreed: boolean | null;
  readonly baselineError: boolean;
  readonly candidateError: boolean;
  /** Candidate minus baseline. */
  readonly latencyDifferenceMs: number;
  /** The same; null where one gave no score. */
  readonly scoreDifference: number | null;
}

/** Sums over all pairs, by route and 10 s bucket, until they are taken. */
export class ShadowCounts {
  private readonly open = new Map<Route, OpenBucket[]>();

  count({ route, at, agreed, ...pair }: ComparedPair): void {
    const bucket = this.bucketOf(route, at - (at % BUCKET_MS));
    bucket.pairs += 1;
    if (agreed !== null) bucket.compared += 1;
    if (agreed === true) bucket.agreed += 1;
    if (pair.baselineError) bucket.baselineErrors += 1;
    if (pair.candidateError) bucket.candidateErrors += 1;
    if (pair.baselineError || pair.candidateError) return;
    addTo(bucket.latencyDifferenceMs, pair.latencyDifferenceMs);
    // A model out of its mind says 1e200: a sum that is too large would be refused, with all else that is sent along.
    if (pair.scoreDifference !== null)
      addTo(bucket.scoreDifference, Math.max(-LARGEST_VALUE, Math.min(LARGEST_VALUE, pair.scoreDifference)));
  }

  take(): ShadowBucket[] {
    const taken = [...this.open].flatMap(([{ service, rolloutId, epoch }, buckets]) =>
      buckets.map(({ start, ...sums }) => {
        return { service, rolloutId, epoch, bucketStart: new Date(start).toISOString(), ...sums };
      }),
    );
    this.open.clear();
    return taken;
  }

  private bucketOf(route: Route, start: number): OpenBucket {
    let buckets = this.open.get(route);
    if (buckets === undefined) this.open.set(route, (buckets = []));
    const known = buckets.find((bucket) => bucket.start === start);
    if (known !== undefined) return known;
    const none = (): OpenTotal => ({ count: 0, sum: 0 });
    const bucket: OpenBucket = {
      start,
      pairs: 0,
      compared: 0,
      agreed: 0,
      baselineErrors: 0,
      candidateErrors: 0,
      latencyDifferenceMs: none(),
      scoreDifference: none(),
    };
    buckets.push(bucket);
    return bucket;
  }
}

function addTo(total: OpenTotal, value: number): void {
  total.count += 1;
  total.sum += value;
}
