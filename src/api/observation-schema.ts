import { z } from 'zod';
import {
  ARMS,
  FEEDBACK_KINDS,
  type FeedbackRecord,
  isYesOrNo,
  LARGEST_VALUE,
  type ObservationBatch,
} from '../domain/observation.js';
import { INTERLEAVING_METHODS } from '../domain/route.js';

/** Ids are keys of indexes, whose entries have a size limit in PostgreSQL; 255 is far below it and far above any id. */
const ID_LENGTH = 255;
/** Of differences, over a bucket. */
const LARGEST_SUM = 1e30;
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
const arm = z.enum(ARMS);
/** Absent from gateways that know of no segments. */
const segment = z
  .string()
  .regex(/^[a-z0-9-]{0,63}$/)
  .default('');
const score = z.number().nullable();

/** What every record says of the route it was made under. */
const ofRoute = { service: name, rolloutId: rolloutId.nullable(), epoch: count };
/** And of the version that answered. */
const ofVersion = { ...ofRoute, arm, version: id, segment };

const latencyCounts = z.record(
  z.string().regex(/^(0|-?[1-9]\d{0,5})$/, 'expected the index of a latency bucket'),
  z.int().min(1),
);

const armBucket = z
  .object({
    ...ofVersion,
    bucketStart: time,
    requests: count,
    errors: count,
    latency: latencyCounts,
  })
  .refine(({ errors, requests }) => errors <= requests, { path: ['errors'], error: 'more errors than requests' });

const prediction = z.object({
  predictionId: id,
  ...ofVersion,
  at: time,
  unitHash: id,
  status: z.int().min(0).max(999),
  latencyMs,
  label: noNul.nullable(),
  score: z.number().nullable(),
});

const shadowPair = z.object({
  predictionId: id,
  ...ofRoute,
  at: time,
  baselineLabel: noNul.nullable(),
  candidateLabel: noNul.nullable(),
  baselineScore: score.default(null),
  candidateScore: score.default(null),
  baselineLatencyMs: latencyMs,
  candidateLatencyMs: latencyMs,
  baselineError: z.boolean(),
  candidateError: z.boolean(),
});

/** Absent from gateways that know of no units in feedback, of no time of its own, and so on. */
export const feedbackRecord = z
  .object({
    feedbackId: id,
    service: name,
    predictionId: id.nullable(),
    epoch: count.nullable(),
    arm: arm.nullable(),
    version: id.nullable(),
    predictedAt: time.nullable(),
    unitHash: id.nullable().default(null),
    occurredAt: time.optional(),
    receivedAt: time,
    late: z.boolean().default(false),
    kind: z.enum(FEEDBACK_KINDS),
    label: noNul.nullable(),
    value: z.number().min(-LARGEST_VALUE).max(LARGEST_VALUE).nullable(),
    item: id.nullable().default(null),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, 'expected a code of ISO 4217')
      .nullable()
      .default(null),
    survey: id.nullable().default(null),
    scale: z
      .tuple([z.number(), z.number()])
      .refine(([least, greatest]) => least < greatest, 'expected [least, greatest]')
      .nullable()
      .default(null),
    source: id.default('http'),
  })
  .superRefine((record, ctx) => {
    for (const [path, message] of feedbackFaults(record)) ctx.addIssue({ code: 'custom', path: [path], message });
  })
  .transform((record) => ({ ...record, occurredAt: record.occurredAt ?? record.receivedAt }));

/** What a record must keep to as a whole, as the table does. */
function* feedbackFaults(record: FeedbackShape): Generator<[path: string, message: string]> {
  const { kind, label, value, item, currency, survey, scale, predictionId, unitHash } = record;
  if ((kind === 'click') !== (item !== null)) yield ['item', 'expected an item for kind click, and null for any other'];
  if ((kind === 'label') !== (label !== null))
    yield ['label', 'expected a text for kind label, and null for any other'];
  if ((kind === 'label') !== (value === null))
    yield ['value', 'expected null for kind label, and a number for any other'];
  if (isYesOrNo(kind) && value !== 0 && value !== 1)
    yield ['value', 'expected 1 or 0 for thumb, conversion, continued-use and click'];
  if ((kind === 'survey') !== (survey !== null))
    yield ['survey', 'expected a name for kind survey, and null for others'];
  if (currency !== null && kind !== 'revenue') yield ['currency', 'expected null for any kind but revenue'];
  if (scale !== null && kind !== 'rating' && kind !== 'survey')
    yield ['scale', 'expected null but for rating and survey'];
  if (scale !== null && value !== null && (value < scale[0] || value > scale[1])) yield ['value', 'outside its scale'];
  const ofPrediction = [predictionId, record.epoch, record.arm, record.version, record.predictedAt];
  if (new Set(ofPrediction.map((one) => one === null)).size > 1)
    yield ['predictionId', 'expected predictionId, epoch, arm, version and predictedAt, or null for all five'];
  if (predictionId === null && unitHash === null) yield ['unitHash', 'expected a prediction or a unit'];
}

type FeedbackShape = Omit<FeedbackRecord, 'occurredAt'>;

/** Older gateways send a sum of squares too, which nobody reads. */
const total = z.object({ count, sum: z.number().min(-LARGEST_SUM).max(LARGEST_SUM) });

const shadowBucket = z
  .object({
    ...ofRoute,
    bucketStart: time,
    pairs: count,
    compared: count,
    agreed: count,
    baselineErrors: count,
    candidateErrors: count,
    latencyDifferenceMs: total,
    scoreDifference: total,
  })
  .refine((b) => b.agreed <= b.compared && Math.max(b.compared, b.baselineErrors, b.candidateErrors) <= b.pairs, {
    error: 'more compared, agreed or failed than there are pairs',
  });

const exposure = z.object({
  ...ofRoute,
  unitHash: id,
  arm,
  version: id,
  segment,
  at: time,
});

const rank = z.int().min(0).nullable();
const interleaved = z.object({
  predictionId: id,
  ...ofRoute,
  method: z.enum(INTERLEAVING_METHODS),
  at: time,
  unitHash: id,
  items: z
    .array(
      z.object({
        item: id,
        team: z.enum(['baseline', 'candidate']).nullable(),
        baselineRank: rank,
        candidateRank: rank,
      }),
    )
    .max(1000),
});

const featureSample = z.object({
  predictionId: id,
  ...ofVersion,
  at: time,
  features: z.record(z.string().max(200), z.union([z.number(), noNul.max(200), z.null()])),
  label: noNul.nullable(),
  score,
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
  shadowBuckets: z.array(shadowBucket).default([]),
  shadowPairs: z.array(shadowPair),
  exposures: z.array(exposure).default([]),
  interleaved: z.array(interleaved).default([]),
  features: z.array(featureSample).default([]),
  feedback: z.array(feedbackRecord),
  dropped: z.object({ shadowCopies: count, predictions: count, batches: count }),
}) satisfies z.ZodType<ObservationBatch>;
