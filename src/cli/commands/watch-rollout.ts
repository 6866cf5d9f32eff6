import { isPassing } from '../../client/passing.js';
import { describeError, SluiceError } from '../../domain/errors.js';
import { hasEnded, type RolloutState } from '../../domain/rollout-state.js';
import type { Format } from '../output/formats.js';
import { canRedraw, openLiveScreen } from '../output/live-screen.js';
import { plainText } from '../output/plain-text.js';
import { printLine } from '../output/print.js';
import { say } from '../output/say.js';
import { styleOf } from '../output/style.js';
import { shortTime } from '../output/time-text.js';
import { renderState } from '../render-state.js';
import type { RolloutSource, SeenRollout } from '../source/rollout-source.js';

export interface WatchOptions {
  /** Milliseconds. */
  readonly timeout: number;
  readonly output: Format;
  /** A line a change also on a terminal. */
  readonly asLines?: boolean;
  /** Whose ending is waited for; absent: of the one that is the service's newest at the first look. */
  readonly rolloutId?: string;
  /** How long a rollout that has just been started may take to be taken up. Default: it has been. */
  readonly patienceMs?: number;
}

const LOOK_MS = 500;
const DRAW_MS = 1000;

/**
 * Follows a rollout to its end: drawn again and again on a terminal, a line a change elsewhere, a JSON line a change with `-o json`.
 * @returns the ending
 * @throws {SluiceError} TIMEOUT; whatever the first look threw
 */
export async function watchRollout(
  source: RolloutSource,
  service: string,
  options: WatchOptions,
): Promise<SeenRollout> {
  const viewer = viewerOf(options);
  const deadline = performance.now() + options.timeout;
  let seen = await firstLook(source, service, options);
  // The queue may start another in the moment this one ends.
  const { rolloutId } = seen.state;
  let lost: { readonly since: number; readonly why: string } | null = null;
  try {
    for (;;) {
      viewer.show(
        seen,
        lost === null ? null : `nothing heard for ${shortTime(performance.now() - lost.since)}: ${lost.why}`,
      );
      if (hasEnded(seen.state.status)) return seen;
      if (performance.now() > deadline) throw tooLong(seen.state, options.timeout);
      await new Promise((resolve) => setTimeout(resolve, viewer.intervalMs));
      try {
        seen = await source.see(service, rolloutId);
        lost = null;
      } catch (error) {
        // While somebody watches; the first look has to succeed.
        if (!isPassing(error)) throw error;
        lost ??= { since: performance.now(), why: describeError(error) };
      }
    }
  } finally {
    viewer.close();
  }
}

/** @throws {SluiceError} NO_WORKER, or NOT_FOUND in the store, once nobody has taken it up for so long */
async function firstLook(
  source: RolloutSource,
  service: string,
  { rolloutId, patienceMs = 0 }: WatchOptions,
): Promise<SeenRollout> {
  const deadline = performance.now() + patienceMs;
  for (let told = false; ; told = true) {
    try {
      return await source.see(service, rolloutId);
    } catch (error) {
      const mayCome = isPassing(error) || (error instanceof SluiceError && error.code === 'NOT_FOUND');
      if (!mayCome || performance.now() >= deadline) throw error;
      if (!told) say(`waiting for a worker: ${describeError(error)}`);
    }
  }
}

interface Viewer {
  readonly intervalMs: number;
  /** @param lost why what is shown is old; null where it is not */
  show(seen: SeenRollout, lost: string | null): void;
  close(): void;
}

function viewerOf({ output, asLines = false }: WatchOptions): Viewer {
  const isForPeople = output === 'table' || output === 'wide';
  return isForPeople && !asLines && canRedraw() ? screenViewer(output === 'wide') : lineViewer(output);
}

function screenViewer(wide: boolean): Viewer {
  const screen = openLiveScreen();
  const style = styleOf(process.stdout);
  return {
    intervalMs: DRAW_MS,
    show({ state, impact, spec, note, webUi }, lost) {
      const head = [lost, note].filter((one) => one !== null).map((one) => style.warn(`! ${plainText(one)}`));
      screen.draw([...head, renderState(state, impact, { spec, style, wide, webUi })].join('\n'));
    },
    close: () => screen.close(),
  };
}

/** What has changed, once; what goes wrong goes to stderr, once. */
function lineViewer(output: Format): Viewer {
  let [version, line, trouble] = ['', '', ''];
  return {
    intervalMs: LOOK_MS,
    show({ state, source, note }, lost) {
      // Without what counts up: the same trouble is told once.
      const now = lost === null ? (note === null ? '' : 'store') : 'lost';
      if (now !== trouble && now !== '') say(`! ${lost ?? note}`);
      trouble = now;
      const seen = `${state.rolloutId}/${state.revision}`;
      if (seen === version) return;
      version = seen;
      if (output === 'json' || output === 'yaml') return printLine({ ...state, source });
      if (output === 'name') return;
      const next = changeLine(state);
      // Many changes move numbers only.
      if (next.text !== line) process.stdout.write(`${next.at}${next.text}\n`);
      line = next.text;
    },
    close: () => {},
  };
}

/** `10:00:05Z  canary     progressing weight 25 %  pass  canary 25 %` */
function changeLine({ updatedAt, phase, status, weightPercent, verdict, waiting, reason }: RolloutState) {
  const what = plainText(waiting?.note ?? reason);
  return {
    at: `${updatedAt.slice(11, 19)}Z  `,
    text: `${phase.padEnd(10)} ${status.padEnd(11)} weight ${weightPercent} %  ${verdict}  ${what}`,
  };
}

function tooLong({ rolloutId, status, phase }: RolloutState, timeoutMs: number): SluiceError {
  return new SluiceError('TIMEOUT', `${rolloutId} is still ${status} in phase ${phase} after ${timeoutMs} ms`);
}
