import { z } from 'zod';
import { FEEDBACK_KINDS, type ObservationBatch } from '../domain/observation.js';

/** Ids are keys of indexes, whose entries have a size limit in PostgreSQL; 255 is far below it and far above any id. */
const ID_LENGTH = 255;
/** Beyond any rating or amount of money; its square still is a small number for a double. */
const LARGEST_VALUE = 1e15;
/** Eleven days: no answer takes that long. */
const LONGEST_LATENCY_MS = 1e9;

const noNul = z
  .string()
  .refine((text) => !text.includes('\0'), 'expected a text without NUL, which a database refuses');
const id = noNul.min(1).max(ID_LENGTH);
const name = z.string().regex(/^[a-z0-9-]{1,63}$/, 'expected 1 to 63 lower-case letters, digits and hyphens');
const rolloutId = z.string().regex(/^[a-z0-9-]{1,255}$/, 'expected lower-case letters, digits and hyphens');
const time = z.iso.datetime({ error: 'expected an ISO time in UTC, such as 2026-11-01T08:00:00.000Z' });
const count = z.int().min(0);
const latencyMs = z.number().min(0).max(LONGEST_LATENCY_MS);
const arm = z.enum(['baseline', 'candidate', 'shadow']);

const latencyCounts = z.record(
  z.string().regex(/^(0|-?[1-9]\d{0,5})$/, 'expected the index of a latency bucket'),
  z.int().min(1),
);

const armBucket = z
  .object({
    service: name,
    rolloutId: rolloutId.nullable(),
    epoch: count,
    arm,
    version: id,
    bucketStart: time,
    requests: count,
    errors: count,
    latency: latencyCounts,
  })
  .refine(({ errors, requests }) => errors <= requests, { path: ['errors'], error: 'more errors than requests' });

const prediction = z.object({
  predictionId: id,
  service: name,
  rolloutId: rolloutId.nullable(),
  epoch: count,
  arm,
  version: id,
  at: time,
  unitHash: id,
  status: z.int().min(0).max(999),
  latencyMs,
  label: noNul.nullable(),
  score: z.number().nullable(),
});

const shadowPair = z.object({
  predictionId: id,
  service: name,
  rolloutId: rolloutId.nullable(),
  epoch: count,
  at: time,
  baselineLabel: noNul.nullable(),
  candidateLabel: noNul.nullable(),
  baselineLatencyMs: latencyMs,
  candidateLatencyMs: latencyMs,
  baselineError: z.boolean(),
  candidateError: z.boolean(),
});

const feedback = z
  .object({
    feedbackId: id,
    predictionId: id,
    service: name,
    epoch: count,
    arm,
    version: id,
    predictedAt: time,
    receivedAt: time,
    kind: z.enum(FEEDBACK_KINDS),
    label: noNul.nullable(),
    value: z.number().min(-LARGEST_VALUE).max(LARGEST_VALUE).nullable(),
  })
  .refine(({ kind, label }) => (kind === 'label') === (label !== null), {
    path: ['label'],
    error: 'expected a text for kind label, and null for any other',
  })
  .refine(({ kind, value }) => (kind === 'label') === (value === null), {
    path: ['value'],
    error: 'expected null for kind label, and a number for any other',
  })
  .refine(({ kind, value }) => (kind !== 'thumb' && kind !== 'conversion') || value === 0 || value === 1, {
    path: ['value'],
    error: 'expected 1 or 0 for thumb and conversion',
  });

/**
 * A batch as it comes over the wire. Keys it does not know are left out, not refused: a newer gateway may ship to an older
 * collector. zod's numbers are finite, so the Infinity that JSON reads from 1e999 is refused.
 */
export const observationBatch = z.object({
  gatewayId: id,
  bootId: id,
  sequence: count,
  sentAt: time,
  buckets: z.array(armBucket),
  predictions: z.array(prediction),
  shadowPairs: z.array(shadowPair),
  feedback: z.array(feedback),
  dropped: z.object({ shadowCopies: count, predictions: count, batches: count }),
}) satisfies z.ZodType<ObservationBatch>;
