import { CommanderError } from 'commander';
import { describeError, ERROR_CODES, SluiceError } from '../domain/errors.js';
import type { RolloutState } from '../domain/rollout-state.js';

const USAGE_EXIT = 2;

/** 0 ok, 1 error, 2 usage or lint, 3 rolled back or failed validation, 4 conflict, 5 waiting or inconclusive, 124 timeout. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof SluiceError) return ERROR_CODES[error.code].exitCode;
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_EXIT;
  return 1;
}

/** What a script learns from where a rollout stands. */
export function exitCodeOfState(state: RolloutState): number {
  switch (state.status) {
    case 'promoted':
    case 'progressing':
      return 0;
    case 'aborted':
    case 'rolled-back':
      return 3;
    case 'waiting':
    case 'paused':
      return 5;
    case 'failed':
      return 1;
  }
}

export function reportError(error: unknown): void {
  const code = error instanceof SluiceError ? error.code : 'ERROR';
  process.stderr.write(`${describeError(error)}\n(${code})\n`);
  if (process.env['SLUICE_DEBUG'] && error instanceof Error) process.stderr.write(`${error.stack}\n`);
}
