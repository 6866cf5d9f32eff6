/**
 * Every error a user can meet has a stable code; this table is the one place that maps a code to an HTTP status,
 * a CLI exit code and to whether a retry can help.
 */
export const ERROR_CODES = {
  SPEC_INVALID: { httpStatus: 422, exitCode: 2, retryable: false },
  USAGE: { httpStatus: 400, exitCode: 2, retryable: false },
  UNAUTHORIZED: { httpStatus: 401, exitCode: 1, retryable: false },
  FORBIDDEN: { httpStatus: 403, exitCode: 1, retryable: false },
  RATE_LIMITED: { httpStatus: 429, exitCode: 1, retryable: true },
  NOT_FOUND: { httpStatus: 404, exitCode: 1, retryable: false },
  ROLLOUT_CONFLICT: { httpStatus: 409, exitCode: 4, retryable: false },
  COMMAND_REFUSED: { httpStatus: 409, exitCode: 4, retryable: false },
  EPOCH_STALE: { httpStatus: 409, exitCode: 4, retryable: false },
  ROUTE_INVALID: { httpStatus: 422, exitCode: 1, retryable: false },
  GATEWAY_UNREACHABLE: { httpStatus: 502, exitCode: 1, retryable: true },
  MODEL_UNREACHABLE: { httpStatus: 502, exitCode: 1, retryable: true },
  MODEL_ANSWER_INVALID: { httpStatus: 502, exitCode: 1, retryable: false },
  NOTIFICATION_FAILED: { httpStatus: 502, exitCode: 1, retryable: true },
  NOTIFICATION_REFUSED: { httpStatus: 502, exitCode: 1, retryable: false },
  HOOK_FAILED: { httpStatus: 502, exitCode: 1, retryable: true },
  HOOK_REFUSED: { httpStatus: 502, exitCode: 1, retryable: false },
  SCALING_FAILED: { httpStatus: 502, exitCode: 1, retryable: true },
  SCALING_REFUSED: { httpStatus: 502, exitCode: 1, retryable: false },
  AUTH_UNAVAILABLE: { httpStatus: 503, exitCode: 1, retryable: true },
  // Mended by starting the worker with the right environment.
  SECRET_UNUSABLE: { httpStatus: 503, exitCode: 1, retryable: true },
  DATASET_INVALID: { httpStatus: 422, exitCode: 1, retryable: false },
  DATASET_UNREACHABLE: { httpStatus: 502, exitCode: 1, retryable: true },
  ADDRESS_REFUSED: { httpStatus: 422, exitCode: 2, retryable: false },
  OBSERVATION_INVALID: { httpStatus: 422, exitCode: 1, retryable: false },
  STORE_SCHEMA: { httpStatus: 503, exitCode: 1, retryable: false },
  STORE_LOCKED: { httpStatus: 503, exitCode: 1, retryable: false },
  STORE_UNAVAILABLE: { httpStatus: 503, exitCode: 1, retryable: true },
  TEMPORAL_UNAVAILABLE: { httpStatus: 503, exitCode: 1, retryable: true },
  TEMPORAL_CLI_MISSING: { httpStatus: 503, exitCode: 1, retryable: false },
  PAYLOAD_UNREADABLE: { httpStatus: 422, exitCode: 1, retryable: true },
  NO_WORKER: { httpStatus: 503, exitCode: 1, retryable: true },
  TIMEOUT: { httpStatus: 504, exitCode: 124, retryable: true },
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** The base of all errors raised on purpose: a code from the table, and a message that names the value and the limit. */
export class SluiceError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'SluiceError';
    this.code = code;
  }
}

/** The message of anything that was thrown, with its causes, on one line. */
export function describeError(error: unknown): string {
  return described(error, MOST_CAUSES);
}

/** An error may be its own cause, by way of others as well. */
const MOST_CAUSES = 20;

function described(error: unknown, causes: number): string {
  // By shape, not by class: an error may come from another realm (a vm context, a worker).
  if (typeof error !== 'object' || error === null || !('message' in error)) return String(error);
  // Node's AggregateError (a refused connection on two addresses) has an empty message; its code says what happened.
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error';
  const message = typeof error.message === 'string' && error.message !== '' ? error.message : code;
  const cause = 'cause' in error && error.cause !== undefined && causes > 0 ? described(error.cause, causes - 1) : '';
  return message.includes(cause) ? message : `${message}: ${cause}`;
}
