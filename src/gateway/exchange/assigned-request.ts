import type { AccessLog } from '../access-log.js';
import type { Limits } from '../limits.js';
import type { MemoryBudget } from '../memory-budget.js';
import type { GatewayMetrics } from '../metrics.js';
import type { PredictionIds } from '../prediction-id.js';
import type { Recorder } from '../record/recorder.js';
import type { RouteTable } from '../route-table.js';
import type { Assignment, ServedRoute } from '../served-route.js';
import type { AnswerWriter } from '../server/answer-writer.js';
import type { ShadowQueue } from '../shadow-queue.js';
import type { UpstreamRequest } from '../upstream/connection.js';
import type { Upstreams } from '../upstream/upstreams.js';
import type { WarmUp } from '../warm-up.js';

export interface ExchangeDeps {
  readonly routes: RouteTable;
  readonly upstreams: Upstreams;
  readonly recorder: Recorder;
  readonly metrics: GatewayMetrics;
  readonly ids: PredictionIds;
  readonly shadow: ShadowQueue;
  readonly limits: Limits;
  readonly held: MemoryBudget;
  readonly warmUp: WarmUp;
  readonly accessLog: AccessLog | null;
}

/** A user's request, read and assigned. */
export interface AssignedRequest {
  readonly served: ServedRoute;
  readonly assignment: Assignment;
  readonly request: UpstreamRequest;
  readonly response: AnswerWriter;
  readonly unit: string;
  /** Only predictions are counted, sampled and mirrored. */
  readonly isPrediction: boolean;
  /** On the monotonic clock. */
  readonly startedAt: number;
}
