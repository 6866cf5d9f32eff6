/** What bounds the gateway's memory and patience; tests tighten single ones. */
export interface Limits {
  readonly requestBytes: number;
  /** Answers up to this size are read for their label; larger ones only pass through. */
  readonly readableAnswerBytes: number;
  readonly connectTimeoutMs: number;
  /** Until the answer begins, and between two of its parts. */
  readonly answerTimeoutMs: number;
  readonly connectionsPerTarget: number;
  readonly shadowQueue: number;
  readonly shadowInFlight: number;
  readonly bufferedPredictions: number;
  readonly shipIntervalMs: number;
  readonly spoolBytes: number;
  readonly shutdownMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  requestBytes: 10 * 2 ** 20,
  readableAnswerBytes: 2 ** 20,
  connectTimeoutMs: 2000,
  answerTimeoutMs: 10_000,
  connectionsPerTarget: 128,
  shadowQueue: 256,
  shadowInFlight: 16,
  bufferedPredictions: 20_000,
  shipIntervalMs: 1000,
  spoolBytes: 64 * 2 ** 20,
  shutdownMs: 10_000,
};
