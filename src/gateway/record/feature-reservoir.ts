import type { FeatureSample } from '../../domain/observation.js';
import { BUCKET_MS } from '../../domain/observation.js';
import type { ReadAnswer } from '../read-answer.js';
import { featuresOf } from './features.js';
import type { Observed } from './recorder.js';

/** Larger requests are not kept for their features, nor features that are larger written down than they came. */
const LARGEST_BODY_BYTES = 64 * 1024;

interface Drawn {
  readonly observed: Observed;
  readonly predictionId: string;
  readonly body: Buffer;
  readonly answer: ReadAnswer;
}

interface Reservoir {
  seen: number;
  readonly drawn: Drawn[];
}

/**
 * An even sample of what each version was asked and what it said: so many of each version and 10 s bucket, whatever the traffic. Bodies are read only
 * when they are shipped, so that what is replaced costs nothing.
 * Source: J. S. Vitter (1985), Random sampling with a reservoir, ACM TOMS 11(1), algorithm R.
 */
export class FeatureReservoir {
  private readonly reservoirs = new Map<string, Reservoir>();
  private readonly most: number;

  constructor(mostPerBucket: number) {
    this.most = mostPerBucket;
  }

  add(observed: Observed, predictionId: string, body: Buffer | null, answer: ReadAnswer): void {
    if (body === null || body.length > LARGEST_BODY_BYTES || this.most === 0) return;
    const { route, arm, version, at } = observed;
    const key = `${route.service} ${arm} ${version} ${at - (at % BUCKET_MS)}`;
    let reservoir = this.reservoirs.get(key);
    if (reservoir === undefined) this.reservoirs.set(key, (reservoir = { seen: 0, drawn: [] }));
    const { drawn } = reservoir;
    reservoir.seen += 1;
    const place = reservoir.seen <= this.most ? drawn.length : Math.floor(Math.random() * reservoir.seen);
    if (place < this.most) drawn[place] = { observed, predictionId, body, answer };
  }

  /** Samples of buckets that have ended. @param all also those that have not */
  take(now: number, all = false): FeatureSample[] {
    const samples: FeatureSample[] = [];
    for (const [key, { drawn }] of this.reservoirs) {
      const start = Number(key.slice(key.lastIndexOf(' ') + 1));
      if (!all && now < start + BUCKET_MS) continue;
      this.reservoirs.delete(key);
      samples.push(...drawn.flatMap((one) => sampleOf(one) ?? []));
    }
    return samples;
  }
}

function sampleOf({ observed, predictionId, body, answer }: Drawn): FeatureSample | null {
  const features = featuresOf(observed.route.protocol, body);
  if (features === null || JSON.stringify(features).length > LARGEST_BODY_BYTES) return null;
  const { route, arm, version, segment, at } = observed;
  const { service, rolloutId, epoch } = route;
  const time = new Date(at).toISOString();
  return { predictionId, service, rolloutId, epoch, arm, version, segment, at: time, features, ...answer };
}
