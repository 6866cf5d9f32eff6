import { loadSpec, specDigest } from '../../client/load-spec.js';
import { untilStarted } from '../../client/queue.js';
import { type OnConflict, type StartedRollout, startRollout } from '../../client/start-rollout.js';
import { workflowIdOf } from '../../client/workflow-ids.js';
import type { RolloutSpec } from '../../domain/spec/rollout-spec.js';
import { type Acting, acting } from '../acting.js';
import { type MaybeDry, printDryRun } from '../dry-run.js';
import { withTemporal } from '../with-temporal.js';
import { follow } from './get.js';

export interface StartOptions extends MaybeDry {
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
  const who = await acting(options.actor);
  if (options.dryRun === true) return showStart(spec, who, options);
  const { actor, signer } = who;
  const { onConflict, reason, timeout, output, wait } = options;
  await withTemporal(async ({ client }) => {
    const started = await startRollout(client, spec, actor, { onConflict, reason, signer });
    if (output === 'table') process.stdout.write(`${describe(started)}\n`);
    else if (!wait) process.stdout.write(`${JSON.stringify(started)}\n`);
    if (!wait) return;
    const begun = performance.now();
    if (started.queued !== null) await untilStarted(client, spec.service, started.rolloutId, { timeoutMs: timeout });
    const left = Math.max(0, timeout - (performance.now() - begun));
    await follow(client, { service: spec.service, rolloutId: started.rolloutId }, { timeout: left, output });
  });
}

function showStart(spec: RolloutSpec, { actor, signer }: Acting, { onConflict, reason, output }: StartOptions): void {
  const { service, baseline, candidate } = spec;
  printDryRun(
    `start a rollout of ${service}, ${baseline.version} -> ${candidate.version}`,
    {
      workflowId: workflowIdOf(service),
      startedBy: actor,
      isSigned: signer !== null,
      onConflict,
      reason,
      specDigest: specDigest(spec),
      spec,
    },
    output,
  );
}

function describe({ rolloutId, queued, dropped }: StartedRollout): string {
  const first = queued === null ? `started ${rolloutId}` : `queued ${rolloutId}, number ${queued}`;
  return [first, ...dropped.map((id) => `dropped ${id}, which had waited`)].join('\n');
}
