import type { Client } from '@temporalio/client';
import { followRollout, readImpact, readState } from '../../client/read-state.js';
import { hasEnded, type RolloutState } from '../../domain/rollout-state.js';
import { exitCodeOfState } from '../errors.js';
import { renderState } from '../render-state.js';
import { withTemporal } from '../with-temporal.js';

export interface GetOptions {
  readonly watch?: boolean;
  readonly timeout: number;
  readonly output: string;
}

/** Prints the view; the exit code says where the rollout stands. */
export async function get(service: string, options: GetOptions): Promise<void> {
  await withTemporal(async ({ client }, { apiUrl }) => {
    if (options.watch) return follow(client, service, apiUrl, options);
    const { state, source } = await readState(client, service, apiUrl);
    const impact = hasEnded(state.status) ? await readImpact(client, state) : null;
    if (options.output === 'json') process.stdout.write(`${JSON.stringify({ ...state, source, impact })}\n`);
    else process.stdout.write(`${renderState(state, impact)}\n`);
    if (source === 'store')
      process.stderr.write(`no worker answers; this is the view recorded at ${state.updatedAt}\n`);
    process.exitCode = exitCodeOfState(state);
  });
}

/** Follows a rollout to its end: one line a change, JSON lines with `-o json`. */
export async function follow(
  client: Client,
  service: string,
  apiUrl: string,
  { timeout, output }: GetOptions,
): Promise<void> {
  let last = '';
  const onChange = (state: RolloutState) => {
    if (output === 'json') return void process.stdout.write(`${JSON.stringify(state)}\n`);
    const line = `${state.phase.padEnd(10)} ${state.status.padEnd(11)} weight ${state.weightPercent} %  ${state.verdict}  ${state.waiting?.note ?? state.reason}`;
    if (line !== last) process.stdout.write(`${line}\n`);
    last = line;
  };
  const ended = await followRollout(client, service, apiUrl, { timeoutMs: timeout, onChange });
  if (output === 'table') process.stdout.write(`${renderState(ended, null)}\n`);
  process.exitCode = exitCodeOfState(ended);
}
