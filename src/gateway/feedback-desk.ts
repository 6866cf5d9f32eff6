import type { LateWindows } from '../domain/feedback.js';
import type { FeedbackRecord } from '../domain/observation.js';
import { readFeedback } from './feedback.js';
import type { FeedbackReader } from './feedback-record.js';
import type { RequestHead } from './http1/request-parser.js';
import type { GatewayMetrics } from './metrics.js';
import type { PredictionIds } from './prediction-id.js';
import { RecentIds } from './recent-ids.js';
import type { Recorder } from './record/recorder.js';
import type { RouteTable } from './route-table.js';
import type { AnswerWriter } from './server/answer-writer.js';

export const FEEDBACK_BYTES = 2 ** 20;
const REMEMBERED = 50_000;

export interface FeedbackDeps {
  readonly ids: PredictionIds;
  readonly recorder: Recorder;
  readonly metrics: GatewayMetrics;
  readonly routes: RouteTable;
  readonly lateAfterMs: LateWindows;
  /** Whether feedback on units is taken. */
  readonly takesUnits: boolean;
}

/** Takes what users and label sources say of predictions. Nothing is lost silently: each item is kept or named, and counted by what became of it. */
export class FeedbackDesk {
  private readonly deps: FeedbackDeps;
  private readonly reader: FeedbackReader;
  /** Repeats that the store would find as well; here they need not travel. */
  private readonly seen = new RecentIds(REMEMBERED);

  constructor(deps: FeedbackDeps) {
    this.deps = deps;
    const { ids, lateAfterMs, takesUnits, routes } = deps;
    const knows = (service: string) => routes.applied(service) !== undefined;
    this.reader = { ids, lateAfterMs, takesUnits, knows, source: 'http' };
  }

  take({ method }: RequestHead, body: Buffer | null, answer: AnswerWriter): void {
    if (method !== 'POST') return answer.replyJson(405, { error: 'feedback is posted' });
    const { recorder, metrics } = this.deps;
    const { records, rejected, faults } = readFeedback(body?.toString() ?? '', this.reader);
    const fresh = new Map<string, FeedbackRecord>();
    for (const record of records) {
      const key = keyOf(record);
      if (this.seen.has(key) || fresh.has(key)) metrics.countFeedback(record.kind, 'duplicate', 1);
      else fresh.set(key, record);
    }
    const kept = recorder.feed([...fresh.values()]);
    for (const [key, record] of fresh) {
      metrics.countFeedback(record.kind, kept ? (record.late ? 'late' : 'accepted') : 'turned-away', 1);
      if (kept) this.seen.add(key);
    }
    for (const fault of faults) metrics.countFeedback('unknown', fault, 1);
    if (!kept) return answer.replyJson(503, { error: 'too much feedback waits; try again later' });
    answer.replyJson(records.length > 0 || rejected.length === 0 ? 202 : 422, { accepted: records.length, rejected });
  }
}

function keyOf({ service, feedbackId }: FeedbackRecord): string {
  return `${service} ${feedbackId}`;
}
