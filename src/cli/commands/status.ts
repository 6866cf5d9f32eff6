import { readConfig } from '../../config.js';
import type { RolloutState } from '../../domain/rollout-state.js';
import { exitCodeOfState } from '../errors.js';
import { STATUS_SIGNS } from '../icons.js';
import type { Format } from '../output/formats.js';
import { plainly } from '../output/plain-text.js';
import { print } from '../output/print.js';
import { say } from '../output/say.js';
import { PLAIN, type Style, styleOf } from '../output/style.js';
import { ageOf } from '../output/time-text.js';
import { waitText } from '../render-state.js';
import { openRolloutSource, type SeenRollout } from '../source/rollout-source.js';
import { watchRollout } from './watch-rollout.js';

export interface StatusOptions {
  readonly watch?: boolean;
  readonly timeout: number;
  readonly output: Format;
}

/** One line, and an exit code for scripts. With `--watch` a line a change, to the end. */
export async function status(service: string, { watch = false, timeout, output }: StatusOptions): Promise<void> {
  const source = openRolloutSource(readConfig());
  try {
    const seen = watch
      ? await watchRollout(source, service, { timeout, output, asLines: true })
      : await source.see(service);
    // Whoever follows lines of JSON has had the ending as the last of them.
    if (!watch || (output !== 'json' && output !== 'yaml')) printStatus(seen, output);
    process.exitCode = exitCodeOfState(seen.state);
  } finally {
    await source.close();
  }
}

function printStatus({ state, source, note }: SeenRollout, output: Format): void {
  const now = Date.now();
  const style = styleOf(process.stdout);
  print(output, {
    data: { ...statusData(state, now), source },
    names: [state.rolloutId],
    table: () => statusLine(state, now, style),
    wide: () => `${statusLine(state, now, style)}  ${state.rolloutId}`,
  });
  if (note !== null) say(note);
}

/** `digits  ◐ progressing  canary 2/4  25 %  bake 3m12s left: canary 25 %` */
export function statusLine(given: RolloutState, now: number, style: Style = PLAIN): string {
  const state = plainly(given);
  const { icon, tone, word } = STATUS_SIGNS[state.status];
  const step = state.step === null ? '' : ` ${state.step + 1}/${state.stepCount}`;
  const what = state.waiting === null ? state.reason : waitText(state.waiting, now);
  return [
    style.bold(state.service),
    style[tone](`${icon} ${word}`),
    `${state.phase}${step}`,
    `${state.weightPercent} %`,
    what,
    style.dim(`(${ageOf(state.updatedAt, now)} ago)`),
  ].join('  ');
}

function statusData(state: RolloutState, now: number) {
  return {
    service: state.service,
    rolloutId: state.rolloutId,
    status: state.status,
    phase: state.phase,
    step: state.step,
    stepCount: state.stepCount,
    weightPercent: state.weightPercent,
    verdict: state.verdict,
    waiting: state.waiting,
    paused: state.paused,
    reason: state.reason,
    updatedAt: state.updatedAt,
    ageMs: Math.max(0, now - Date.parse(state.updatedAt)),
    exitCode: exitCodeOfState(state),
  };
}
