import { type ErrorCode, SluiceError } from '../domain/errors.js';

const PASSING: readonly ErrorCode[] = ['NO_WORKER', 'TEMPORAL_UNAVAILABLE', 'STORE_UNAVAILABLE'];

/** Whether it says nothing of what somebody waits for, which goes on meanwhile: whoever has seen it once asks again. */
export function isPassing(error: unknown): boolean {
  return error instanceof SluiceError && PASSING.includes(error.code);
}
