import { loadSpec } from '../../client/load-spec.js';
import { untilStarted } from '../../client/queue.js';
import { type OnConflict, type StartedRollout, startRollout } from '../../client/start-rollout.js';
import { acting } from '../acting.js';
import { withTemporal } from '../with-temporal.js';
import { follow } from './get.js';

export interface StartOptions {
  readonly actor?: string;
  readonly onConflict: OnConflict;
  /** Of a superseding start. */
  readonly reason: string;
  readonly wait?: boolean;
  readonly timeout: number;
  readonly output: string;
}

export async function start(file: string, options: StartOptions): Promise<void> {
  const spec = await loadSpec(file);
  const { actor, signer } = await acting(options.actor);
  const { onConflict, reason, timeout, output, wait } = options;
  await withTemporal(async ({ client }, config) => {
    const started = await startRollout(client, spec, actor, { onConflict, reason, signer });
    if (output === 'table') process.stdout.write(`${describe(started)}\n`);
    else if (!wait) process.stdout.write(`${JSON.stringify(started)}\n`);
    if (!wait) return;
    const begun = performance.now();
    if (started.queued !== null) await untilStarted(client, spec.service, started.rolloutId, { timeoutMs: timeout });
    const left = Math.max(0, timeout - (performance.now() - begun));
    await follow(client, spec.service, config.apiUrl, { timeout: left, output });
  });
}

function describe({ rolloutId, queued, dropped }: StartedRollout): string {
  const first = queued === null ? `started ${rolloutId}` : `queued ${rolloutId}, number ${queued}`;
  return [first, ...dropped.map((id) => `dropped ${id}, which had waited`)].join('\n');
}
