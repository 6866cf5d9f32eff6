import type { Moments, ShadowBucket, ShadowPair } from '../../domain/observation.js';
import { BUCKET_MS } from './arm-counts.js';

interface OpenMoments {
  count: number;
  sum: number;
  sumOfSquares: number;
}

type OpenBucket = {
  -readonly [Key in keyof ShadowBucket]: ShadowBucket[Key] extends Moments ? OpenMoments : ShadowBucket[Key];
};

/** How two answers to one request compare: whether they say the same, where both could be read. */
export interface Compared {
  readonly agreed: boolean | null;
}

/** Sums over all pairs, by epoch and 10 s bucket. Kept small: each is taken at every shipment. */
export class ShadowCounts {
  private readonly open = new Map<string, OpenBucket>();

  count(pair: ShadowPair, { agreed }: Compared): void {
    const bucket = this.bucketOf(pair);
    bucket.pairs += 1;
    if (agreed !== null) bucket.compared += 1;
    if (agreed === true) bucket.agreed += 1;
    if (pair.baselineError) bucket.baselineErrors += 1;
    if (pair.candidateError) bucket.candidateErrors += 1;
    if (pair.baselineError || pair.candidateError) return;
    addTo(bucket.latencyDifferenceMs, pair.candidateLatencyMs - pair.baselineLatencyMs);
    if (pair.baselineScore !== null && pair.candidateScore !== null)
      addTo(bucket.scoreDifference, pair.candidateScore - pair.baselineScore);
  }

  take(): ShadowBucket[] {
    const taken = [...this.open.values()];
    this.open.clear();
    return taken;
  }

  private bucketOf({ service, rolloutId, epoch, at }: ShadowPair): OpenBucket {
    const time = Date.parse(at);
    const start = time - (time % BUCKET_MS);
    const key = `${service} ${epoch} ${rolloutId} ${start}`;
    const known = this.open.get(key);
    if (known !== undefined) return known;
    const none = (): OpenMoments => ({ count: 0, sum: 0, sumOfSquares: 0 });
    const bucket: OpenBucket = {
      service,
      rolloutId,
      epoch,
      bucketStart: new Date(start).toISOString(),
      pairs: 0,
      compared: 0,
      agreed: 0,
      baselineErrors: 0,
      candidateErrors: 0,
      latencyDifferenceMs: none(),
      scoreDifference: none(),
    };
    this.open.set(key, bucket);
    return bucket;
  }
}

function addTo(moments: OpenMoments, value: number): void {
  moments.count += 1;
  moments.sum += value;
  moments.sumOfSquares += value * value;
}
