import { randomUUID } from 'node:crypto';
import type { ArmBucket, FeedbackRecord, PredictionRecord } from '../../src/domain/observation.js';
import type { Store } from '../../src/ports/store.js';
import { seededRandom } from '../../src/stats/sample/random.js';
import { batchOf, bucketOf, feedbackOf, predictionOf } from '../stores/observation-fixtures.js';
import { normal } from './simulated.js';

const DAY = 86_400_000;

export interface Recorded {
  readonly service: string;
  /** ISO; the start of the rollout is `rolloutDays` before it. */
  readonly cutoverAt: string;
  readonly days: { readonly before: number; readonly rollout: number; readonly after: number };
  /** Conversion before, and with the candidate. */
  readonly shares: readonly [number, number];
  /** Percent of units, the last ones, that are held back. */
  readonly holdback: number;
  readonly units?: number;
  readonly seed?: number;
  /** Ratings around 4 as well, so much higher with the candidate. */
  readonly ratingEffect?: number;
}

const WEEK = [1, 1.05, 1.08, 1.04, 0.97, 0.9, 0.93];

/** A service whose users come every day, with a weekly rhythm: v1 before the cutover, v2 after it but for those held back. */
export async function record(store: Store, given: Recorded): Promise<void> {
  const { service, cutoverAt, days, shares, holdback, units = 400, seed = 11, ratingEffect } = given;
  const random = seededRandom(seed);
  const cutover = Date.parse(cutoverAt);
  const firstHeld = Math.round(units * (1 - holdback / 100));
  for (let day = -(days.before + days.rollout); day < days.after; day += 1) {
    if (day >= -days.rollout && day < 0) continue;
    const predictions: PredictionRecord[] = [];
    const feedback: FeedbackRecord[] = [];
    const buckets: ArmBucket[] = [];
    for (let unit = 0; unit < units; unit += 1) {
      const isHeld = day >= 0 && unit >= firstHeld;
      const version = day < 0 || isHeld ? 'v1' : 'v2';
      const at = new Date(cutover + day * DAY + Math.floor(random() * DAY)).toISOString();
      const arm = isHeld ? ('other' as const) : ('baseline' as const);
      const frame = {
        predictionId: randomUUID(),
        at,
        arm,
        version,
        epoch: day < 0 ? 1 : 9,
        rolloutId: day < 0 ? 'r-0' : 'r-1',
      };
      predictions.push(predictionOf(service, { ...frame, unitHash: `u${unit}`, latencyMs: 10 + 5 * random() }));
      const share = (version === 'v2' ? shares[1] : shares[0]) * (WEEK[((day % 7) + 7) % 7] ?? 1);
      const { predictionId, epoch } = frame;
      const said = { predictionId, epoch, arm, version, predictedAt: at, receivedAt: at, occurredAt: at };
      feedback.push(feedbackOf(service, { ...said, value: random() < share ? 1 : 0 }));
      if (ratingEffect === undefined) continue;
      const better = version === 'v2' ? 1 + ratingEffect : 1;
      const value = 4 * better * (WEEK[((day % 7) + 7) % 7] ?? 1) * (1 + 0.15 * normal(random));
      feedback.push(feedbackOf(service, { ...said, kind: 'rating', value }));
    }
    const bucketStart = new Date(cutover + day * DAY).toISOString();
    const version = day < 0 ? 'v1' : 'v2';
    buckets.push(
      bucketOf(service, {
        version,
        bucketStart,
        epoch: day < 0 ? 1 : 9,
        requests: units,
        errors: 2,
        latency: { '100': units },
      }),
    );
    await store.appendObservations(batchOf({ predictions, feedback, buckets }));
  }
}
