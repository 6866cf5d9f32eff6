import { loadSpec, specDigest } from '../../client/load-spec.js';
import type { OnConflict, StartedRollout } from '../../client/start-rollout.js';
import { workflowIdOf } from '../../client/workflow-ids.js';
import { SluiceError } from '../../domain/errors.js';
import type { RolloutSpec } from '../../domain/spec/rollout-spec.js';
import { openControl, type Person } from '../control/control.js';
import { type MaybeDry, printDryRun } from '../dry-run.js';
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
  const { onConflict, reason, timeout, output, wait } = options;
  if (reason !== '' && onConflict !== 'supersede')
    throw new SluiceError('USAGE', '--reason says why what runs is to give way: it goes with --on-conflict supersede');
  // Mistakes are named by their place here, whoever is asked then.
  const spec = await loadSpec(file);
  const control = await openControl(options.actor);
  if (options.dryRun === true) return showStart(spec, control.person, options);
  const started = await control.start({ spec, file, onConflict, reason });
  if (output === 'table') process.stdout.write(`${describe(started)}\n`);
  else if (!wait) process.stdout.write(`${JSON.stringify(started)}\n`);
  if (!wait) return;
  const begun = performance.now();
  if (started.queued !== null) await control.untilStarted(spec.service, started.rolloutId, timeout);
  const left = Math.max(0, timeout - (performance.now() - begun));
  await follow({ service: spec.service, rolloutId: started.rolloutId }, { timeout: left, output });
}

function showStart(spec: RolloutSpec, person: Person, { onConflict, reason, output }: StartOptions): void {
  const { service, baseline, candidate } = spec;
  printDryRun(
    `start a rollout of ${service}, ${baseline.version} -> ${candidate.version}`,
    {
      workflowId: workflowIdOf(service),
      startedBy: person.actor,
      provenBy: person.provenBy,
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
