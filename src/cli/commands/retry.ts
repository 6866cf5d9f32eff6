import type { RetriedRollout } from '../../client/retry-rollout.js';
import { openControl } from '../control/control.js';
import { type MaybeDry, printDryRun } from '../dry-run.js';
import { follow } from './get.js';

export interface RetryOptions extends MaybeDry {
  readonly actor?: string;
  /** Counted from 1. */
  readonly fromStep?: number;
  readonly wait?: boolean;
  readonly timeout: number;
  readonly output: string;
}

export async function retry(service: string, options: RetryOptions): Promise<void> {
  const control = await openControl(options.actor);
  const { fromStep, wait, output } = options;
  if (options.dryRun === true)
    return printDryRun(
      `start a new attempt of ${service}'s newest rollout`,
      { service, ...control.person, fromStep },
      output,
    );
  const started = await control.retry(service, fromStep === undefined ? undefined : fromStep - 1);
  if (output === 'table') process.stdout.write(`${describe(started)}\n`);
  else if (!wait) process.stdout.write(`${JSON.stringify(started)}\n`);
  if (wait) await follow({ service, rolloutId: started.rolloutId }, options);
}

function describe({ rolloutId, attempt, retryOf, from }: RetriedRollout): string {
  const step = from === null || from.step === null ? '' : `, step ${from.step + 1}`;
  const where = from === null ? 'the beginning' : `${from.phase}${step}`;
  return `started ${rolloutId}, attempt ${attempt} after ${retryOf}, from ${where}`;
}
