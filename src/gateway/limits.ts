/** What bounds the gateway's memory and patience; tests tighten single ones. */
export interface Limits {
  readonly requestBytes: number;
  /** Of the bodies of all requests that are being read or answered; more are refused, to be tried again. */
  readonly requestsBytes: number;
  /** Answers up to this size are read for their label; larger ones only pass through. */
  readonly readableAnswerBytes: number;
  /** A candidate's answer is held until it is whole, up to this size and this much over all; larger ones fail, and the baseline answers. */
  readonly heldAnswerBytes: number;
  readonly heldBytes: number;
  readonly connectTimeoutMs: number;
  /** Until the answer begins, and between two of its parts. */
  readonly answerTimeoutMs: number;
  readonly connectionsPerTarget: number;
  /** Requests that wait for a connection to one target; more are refused at once, and the baseline may answer them. */
  readonly waitingPerTarget: number;
  /** More connections of users are refused. */
  readonly userConnections: number;
  /** A user who takes nothing for this long is dropped: a model server's connection waits behind each. */
  readonly stalledUserMs: number;
  readonly shadowQueue: number;
  /** Of the bodies that wait in the queue: a count alone would let large requests fill the memory. */
  readonly shadowQueueBytes: number;
  readonly shadowInFlight: number;
  /** For the whole of an answer to a copy: a candidate that never ends would else keep all places, those of other services too. */
  readonly shadowAnswerMs: number;
  /** Of each kind: predictions, shadow pairs, feedback. */
  readonly bufferedPredictions: number;
  /** Of each kind in one batch, and of their texts together: keeps a batch below the 16 MiB that the collector takes. */
  readonly batchRecords: number;
  readonly batchBytes: number;
  /** Predictions recorded one by one, about; all are counted. */
  readonly predictionsPerSecond: number;
  /** Samples of features and outputs of each version and 10 s bucket. */
  readonly featureSamples: number;
  /** Units whose exposure is remembered, of each route. */
  readonly exposedUnits: number;
  readonly shipIntervalMs: number;
  readonly spoolBytes: number;
  /** For all of a shutdown: requests on their way, shadow copies, the last batch. */
  readonly shutdownMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  requestBytes: 10 * 2 ** 20,
  requestsBytes: 512 * 2 ** 20,
  readableAnswerBytes: 2 ** 20,
  heldAnswerBytes: 16 * 2 ** 20,
  heldBytes: 64 * 2 ** 20,
  connectTimeoutMs: 2000,
  answerTimeoutMs: 10_000,
  connectionsPerTarget: 128,
  waitingPerTarget: 1024,
  userConnections: 10_000,
  stalledUserMs: 60_000,
  shadowQueue: 256,
  shadowQueueBytes: 64 * 2 ** 20,
  shadowInFlight: 16,
  shadowAnswerMs: 120_000,
  bufferedPredictions: 50_000,
  batchRecords: 3000,
  batchBytes: 8 * 2 ** 20,
  predictionsPerSecond: 250,
  featureSamples: 50,
  exposedUnits: 100_000,
  shipIntervalMs: 1000,
  spoolBytes: 64 * 2 ** 20,
  shutdownMs: 10_000,
};
