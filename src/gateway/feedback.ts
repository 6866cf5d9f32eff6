import { createHash } from 'node:crypto';
import { z } from 'zod';
import { FEEDBACK_KINDS, type FeedbackRecord, isYesOrNo } from '../domain/observation.js';
import type { IdFault, PredictionIds } from './prediction-id.js';

const MOST_AT_ONCE = 1000;
const LARGEST_VALUE = 1e15;
const text = z
  .string()
  .min(1)
  .max(200)
  .refine((value) => !value.includes('\0'), 'NUL is not text');

const item = z
  .strictObject({
    predictionId: z.string().max(1000),
    kind: z.enum(FEEDBACK_KINDS),
    label: text.optional(),
    value: z.union([z.number().min(-LARGEST_VALUE).max(LARGEST_VALUE), z.boolean()]).optional(),
    feedbackId: text.optional(),
    item: z.union([text, z.number()]).optional(),
  })
  .superRefine(({ kind, label, value, item: clicked }, ctx) => {
    if ((kind === 'click') !== (clicked !== undefined))
      ctx.addIssue({ code: 'custom', message: 'a click has `item`, and nothing else has' });
    if (kind === 'label' && (label === undefined || value !== undefined))
      ctx.addIssue({ code: 'custom', message: 'a label has `label` and no `value`' });
    if (kind !== 'label' && kind !== 'click' && (value === undefined || label !== undefined))
      ctx.addIssue({ code: 'custom', message: `a ${kind} has \`value\` and no \`label\`` });
    if (isYesOrNo(kind) && ![0, 1, true, false, undefined].includes(value))
      ctx.addIssue({ code: 'custom', message: `a ${kind} is 0 or 1, not ${String(value)}` });
    if ((kind === 'rating' || kind === 'revenue') && typeof value === 'boolean')
      ctx.addIssue({ code: 'custom', message: `a ${kind} is a number, not ${value}` });
  });

export interface Rejection {
  readonly index: number;
  readonly reason: string;
}

/** What a feedback request said: the records to keep, and what is wrong with the others. */
export interface FeedbackReading {
  readonly records: FeedbackRecord[];
  readonly rejected: Rejection[];
  /** Why each of the rejected was. */
  readonly faults: FeedbackFault[];
}

/** `forged` is a prediction id that we did not make: someone tries, or replicas differ in their key. */
export type FeedbackFault = 'forged' | 'unknown' | 'future' | 'invalid';

const FAULT_OF: Readonly<Record<IdFault, FeedbackFault>> = {
  'forged prediction id': 'forged',
  'not a prediction id': 'unknown',
  'prediction id from the future': 'future',
};

/** Reads one item or a list of them. Never throws: garbage is a rejection. */
export function readFeedback(body: string, ids: PredictionIds, now = Date.now()): FeedbackReading {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return { records: [], rejected: [{ index: 0, reason: 'not JSON' }], faults: ['invalid'] };
  }
  const items: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  if (items.length > MOST_AT_ONCE)
    return {
      records: [],
      rejected: [{ index: MOST_AT_ONCE, reason: `${items.length} items; at most ${MOST_AT_ONCE} at once` }],
      faults: ['invalid'],
    };
  const records: FeedbackRecord[] = [];
  const rejected: Rejection[] = [];
  for (const [index, candidate] of items.entries()) {
    const read = readItem(candidate, ids, now);
    if (typeof read === 'string') rejected.push({ index, reason: read });
    else records.push(read);
  }
  const faults = rejected.map(({ reason }) => FAULT_OF[reason as IdFault] ?? 'invalid');
  return { records, rejected, faults };
}

/** @returns the record, or why there is none */
function readItem(candidate: unknown, ids: PredictionIds, now: number): FeedbackRecord | string {
  const parsed = item.safeParse(candidate);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return `${issue?.path.join('.') ?? ''} ${issue?.message ?? 'not feedback'}`.trim();
  }
  const { predictionId, kind, label, value, feedbackId, item: clicked } = parsed.data;
  const verified = ids.verify(predictionId, now);
  if (!verified.ok) return verified.reason;
  const { service, epoch, arm, version, at } = verified.claims;
  return {
    feedbackId: feedbackId ?? digest([predictionId, kind, label, value, ...(clicked === undefined ? [] : [clicked])]),
    predictionId,
    service,
    epoch,
    arm,
    version,
    predictedAt: new Date(at).toISOString(),
    receivedAt: new Date(now).toISOString(),
    kind,
    label: label ?? null,
    value: kind === 'click' ? Number(value ?? 1) : value === undefined ? null : Number(value),
    item: clicked === undefined ? null : String(clicked),
  };
}

function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
