import { randomUUID } from 'node:crypto';
import type { FeedbackRecord, ObservationBatch, PredictionRecord } from '../../src/domain/observation.js';
import type { Store } from '../../src/ports/store.js';
import { HISTORY_DAYS, VERSIONS } from './specs.js';

const DAY_MS = 86_400_000;
/** Of each service, over all its days. */
const HISTORY_UNITS = 900;
/** Services in one batch. */
const AT_ONCE = 5;

interface Past {
  readonly predictions: PredictionRecord[];
  readonly feedback: FeedbackRecord[];
}

/**
 * What gateways would have recorded in the days before: users of the baseline, each once, and whether they converted. Rollouts are planned from it.
 * @param random numbers in [0, 1)
 */
export async function seedHistory(
  store: Pick<Store, 'appendObservations'>,
  services: readonly string[],
  rate: number,
  random: () => number,
): Promise<void> {
  const bootId = randomUUID();
  for (let from = 0; from < services.length; from += AT_ONCE) {
    const parts = services.slice(from, from + AT_ONCE).map((service) => historyOf(service, rate, random));
    await store.appendObservations(batchOf(bootId, from, parts));
  }
}

function historyOf(service: string, rate: number, random: () => number): Past {
  const past: Past = { predictions: [], feedback: [] };
  const from = Date.now() - HISTORY_DAYS * DAY_MS;
  for (let unit = 0; unit < HISTORY_UNITS; unit += 1) {
    const at = new Date(from + ((unit + 0.5) * HISTORY_DAYS * DAY_MS) / HISTORY_UNITS).toISOString();
    const who = { service, epoch: 0, arm: 'baseline', version: VERSIONS.baseline } as const;
    const [predictionId, unitHash] = [`past~${service}~${unit}`, `past-${unit}`];
    past.predictions.push({
      ...who,
      predictionId,
      unitHash,
      at,
      rolloutId: null,
      segment: '',
      status: 200,
      latencyMs: 2,
      label: '1',
      score: null,
    });
    past.feedback.push({
      ...who,
      feedbackId: `past-${unit}`,
      predictionId,
      unitHash,
      predictedAt: at,
      occurredAt: at,
      receivedAt: at,
      late: false,
      kind: 'conversion',
      value: random() < rate ? 1 : 0,
      label: null,
      item: null,
      currency: null,
      survey: null,
      scale: null,
      source: 'http',
    });
  }
  return past;
}

function batchOf(bootId: string, sequence: number, parts: readonly Past[]): ObservationBatch {
  return {
    gatewayId: 'past',
    bootId,
    sequence,
    sentAt: new Date().toISOString(),
    buckets: [],
    predictions: parts.flatMap(({ predictions }) => predictions),
    shadowBuckets: [],
    shadowPairs: [],
    exposures: [],
    interleaved: [],
    features: [],
    feedback: parts.flatMap(({ feedback }) => feedback),
    dropped: { shadowCopies: 0, predictions: 0, batches: 0 },
  };
}
