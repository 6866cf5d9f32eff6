import { loadSpec } from '../../client/load-spec.js';
import { startRollout } from '../../client/start-rollout.js';
import { withTemporal } from '../with-temporal.js';
import { follow } from './get.js';

export interface StartOptions {
  readonly actor: string;
  readonly wait?: boolean;
  readonly timeout: number;
  readonly output: string;
}

export async function start(file: string, options: StartOptions): Promise<void> {
  const spec = await loadSpec(file);
  await withTemporal(async ({ client }, config) => {
    const started = await startRollout(client, spec, options.actor);
    if (options.output === 'table') process.stdout.write(`started ${started.rolloutId}\n`);
    else if (!options.wait) process.stdout.write(`${JSON.stringify(started)}\n`);
    if (options.wait) await follow(client, spec.service, config.apiUrl, options);
  });
}
