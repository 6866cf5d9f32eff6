import type { DatasetColumns } from '../ports/dataset.js';
import type { ModelServer } from '../ports/model-server.js';
import type { AnsweredRow } from './answered-row.js';

/** What a probe may ask, and of whom. */
export interface ProbeStage {
  readonly candidate: ModelServer;
  readonly baseline: ModelServer;
  readonly columns: DatasetColumns;
  /** Rows of the data set with their answers, chosen by a hash of their places: the same for every version. In the data set's order. */
  readonly sample: readonly AnsweredRow[];
  /** Rows a request. */
  readonly batchSize: number;
  /** How long a server that is gone is waited for. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  /** Tells that it is alive. */
  readonly beat: (what: string) => void;
}
