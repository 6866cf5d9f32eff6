import type { FeedbackRecord } from '../domain/observation.js';
import { type FeedbackFault, type FeedbackReader, readItem } from './feedback-record.js';

const MOST_FEEDBACK_AT_ONCE = 1000;

interface Rejection {
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

/** Reads one item or a list of them. Never throws: garbage is a rejection. */
export function readFeedback(body: string, reader: FeedbackReader, now = Date.now()): FeedbackReading {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return refusedWhole(0, body.trim() === '' ? 'empty' : 'not JSON');
  }
  const items: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  if (items.length > MOST_FEEDBACK_AT_ONCE)
    return refusedWhole(MOST_FEEDBACK_AT_ONCE, `${items.length} items; at most ${MOST_FEEDBACK_AT_ONCE} at once`);
  const reading: FeedbackReading = { records: [], rejected: [], faults: [] };
  for (const [index, item] of items.entries()) {
    const read = readItem(item, reader, now);
    if ('fault' in read) {
      reading.rejected.push({ index, reason: read.reason });
      reading.faults.push(read.fault);
    } else reading.records.push(read);
  }
  return reading;
}

function refusedWhole(index: number, reason: string): FeedbackReading {
  return { records: [], rejected: [{ index, reason }], faults: ['invalid'] };
}
