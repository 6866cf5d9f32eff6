import { createHash } from 'node:crypto';
import { FEEDBACK_AHEAD_MS, type LateWindows } from '../domain/feedback.js';
import type { FeedbackRecord } from '../domain/observation.js';
import { plainWords } from '../domain/plain-words.js';
import { type FeedbackItem, feedbackItem, itemFault, scaleOf } from './feedback-item.js';
import type { IdFault, PredictionIds } from './prediction-id.js';

/** What is needed to read feedback. */
export interface FeedbackReader {
  readonly ids: PredictionIds;
  /** Whether feedback on units of this service is taken. */
  readonly knows: (service: string) => boolean;
  /** Whether feedback on units is taken at all; absent: it is. */
  readonly takesUnits?: boolean;
  readonly lateAfterMs: LateWindows;
  /** Who says so where an item does not. */
  readonly source: string;
}

/** `forged` is a prediction id that we did not make: someone tries, or replicas differ in their key. */
export type FeedbackFault = 'forged' | 'unknown' | 'future' | 'invalid';

export interface Refused {
  readonly fault: FeedbackFault;
  readonly reason: string;
}

type About = Pick<
  FeedbackRecord,
  'service' | 'predictionId' | 'epoch' | 'arm' | 'version' | 'predictedAt' | 'unitHash'
>;

const FAULT_OF: Readonly<Record<IdFault, FeedbackFault>> = {
  'forged prediction id': 'forged',
  'not a prediction id': 'unknown',
  'prediction id from the future': 'future',
};

/** @param now milliseconds since 1970 @returns the record, or why there is none; never throws */
export function readItem(candidate: unknown, reader: FeedbackReader, now: number): FeedbackRecord | Refused {
  const parsed = feedbackItem.safeParse(candidate, { error: plainWords });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return invalid(`${issue?.path.join('.') ?? ''} ${issue?.message ?? 'not feedback'}`.trim());
  }
  const item = parsed.data;
  const fault = itemFault(item);
  if (fault !== null) return invalid(fault);
  const about = item.predictionId === undefined ? aboutUnit(item, reader) : aboutPrediction(item, reader, now);
  if ('reason' in about) return about;
  const occurredAt = item.at === undefined ? now : Date.parse(item.at);
  if (occurredAt > now + FEEDBACK_AHEAD_MS)
    return { fault: 'future', reason: `at ${item.at} is more than ${FEEDBACK_AHEAD_MS / 60_000} minutes ahead` };
  if (!(occurredAt >= 0)) return invalid(`at ${item.at} is before 1970`);
  const since = about.predictedAt === null ? occurredAt : Date.parse(about.predictedAt);
  return {
    feedbackId: item.feedbackId ?? digest(item, about),
    ...about,
    occurredAt: new Date(occurredAt).toISOString(),
    receivedAt: new Date(now).toISOString(),
    late: now - since > reader.lateAfterMs[item.kind],
    ...said(item),
    source: item.source ?? reader.source,
  };
}

function invalid(reason: string): Refused {
  return { fault: 'invalid', reason };
}

function aboutPrediction({ predictionId = '', service }: FeedbackItem, { ids }: FeedbackReader, now: number) {
  const verified = ids.verify(predictionId, now);
  if (!verified.ok) return { fault: FAULT_OF[verified.reason], reason: verified.reason };
  const { at, ...claims } = verified.claims;
  if (service !== undefined && service !== claims.service)
    return invalid(`the prediction is of service ${claims.service}, not ${service}`);
  return { predictionId, ...claims, predictedAt: new Date(at).toISOString() } satisfies About;
}

function aboutUnit(
  { unitId = '', service = '' }: FeedbackItem,
  { ids, knows, takesUnits = true }: FeedbackReader,
): About | Refused {
  if (!takesUnits) return invalid('what units did is not taken here, only what is said of predictions');
  if (!knows(service)) return { fault: 'unknown', reason: `no service ${service} is served here` };
  const unitHash = ids.hashUnit(unitId);
  return { service, unitHash, predictionId: null, epoch: null, arm: null, version: null, predictedAt: null };
}

function said(item: FeedbackItem) {
  const { kind, label, value, item: clicked, currency, survey } = item;
  return {
    kind,
    label: label ?? null,
    value: kind === 'click' ? Number(value ?? 1) : value === undefined ? null : Number(value),
    item: clicked === undefined ? null : String(clicked),
    currency: currency ?? null,
    survey: survey ?? null,
    scale: scaleOf(item),
  } satisfies Partial<FeedbackRecord>;
}

/** Of the unit only what the store may know: from a digest of the key itself, somebody could guess it. */
function digest({ kind, label, value, item, at, currency, survey }: FeedbackItem, { predictionId, unitHash }: About) {
  const parts: unknown[] = [predictionId ?? { unitHash }, kind, label, value === undefined ? undefined : Number(value)];
  if (item !== undefined) parts.push(item);
  const more = { at: at === undefined ? undefined : Date.parse(at), currency, survey };
  if (Object.values(more).some((one) => one !== undefined)) parts.push(more);
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
