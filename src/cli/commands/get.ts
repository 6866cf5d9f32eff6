import { readConfig } from '../../config.js';
import { SluiceError } from '../../domain/errors.js';
import { exitCodeOfState } from '../errors.js';
import type { Format } from '../output/formats.js';
import { type Printable, print } from '../output/print.js';
import { say } from '../output/say.js';
import { type Style, styleOf } from '../output/style.js';
import { renderState } from '../render-state.js';
import { openRolloutSource, type SeenRollout } from '../source/rollout-source.js';
import { watchRollout } from './watch-rollout.js';

export interface GetOptions {
  readonly watch?: boolean;
  readonly timeout: number;
  readonly output: Format;
}

/** A worker that is just being started, or is busy. */
const WORKER_PATIENCE_MS = 20_000;

/** Prints the view; the exit code says where the rollout stands. */
export async function get(service: string, { watch = false, timeout, output }: GetOptions): Promise<void> {
  const source = openRolloutSource(readConfig());
  try {
    const seen = watch ? await watchRollout(source, service, { timeout, output }) : await source.see(service);
    // Whoever follows lines of JSON has had the ending as the last of them.
    if (!watch || output === 'table' || output === 'wide' || output === 'name') printSeen(seen, output);
    process.exitCode = exitCodeOfState(seen.state);
  } finally {
    await source.close();
  }
}

/** Follows a rollout that a command has just begun, to its end. */
export async function follow(
  { service, rolloutId }: { readonly service: string; readonly rolloutId: string },
  { timeout, output }: { readonly timeout: number; readonly output: string },
): Promise<void> {
  const source = openRolloutSource(readConfig());
  const format = output === 'json' ? 'json' : 'table';
  try {
    const seen = await watchRollout(source, service, {
      timeout,
      output: format,
      rolloutId,
      patienceMs: Math.min(timeout, WORKER_PATIENCE_MS),
    });
    if (format === 'table') printSeen(seen, format);
    process.exitCode = exitCodeOfState(seen.state);
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'NO_WORKER')
      throw new SluiceError('NO_WORKER', `it is started, and goes on once a worker runs: ${error.message}`);
    throw error;
  } finally {
    await source.close();
  }
}

function printSeen(seen: SeenRollout, output: Format): void {
  print(output, asPrintable(seen, Date.now(), styleOf(process.stdout)));
  if (seen.note !== null) say(seen.note);
}

/** One look, in each way it may be asked for. @param now ms since 1970 */
export function asPrintable(seen: SeenRollout, now: number, style: Style): Printable {
  const { state, spec, impact, source, runId, webUi } = seen;
  const view = { now, spec, webUi, style };
  return {
    data: { ...state, source, runId, webUi, impact },
    names: [state.rolloutId],
    table: () => renderState(state, impact, view),
    wide: () => renderState(state, impact, { ...view, wide: true }),
  };
}
