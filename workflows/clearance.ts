import { CancellationScope, condition, patched } from '@temporalio/workflow';
import type { ReceivedCommand } from '../src/domain/decision.js';
import { type Hold, holdSignature } from '../src/domain/freeze.js';
import { long } from './activity-proxies.js';
import { decide, now, type Run, update } from './run.js';
import { isLong } from './shape.js';
import { isMoved } from './waits.js';

/** How long one activity asks whether a freeze is over. */
const ASK_MS = 10 * 60_000;

/**
 * Waits until nothing holds forward moves: no pause, no freeze, no closed maintenance window. Called before each of them, where the
 * weight in force is still watched. A rollback never comes here.
 * @param byHand who asks for the move, where somebody does; a newer one ends the wait
 * @returns whether a person has broken the glass for it
 */
export async function clearance(run: Run, move: string, byHand: ReceivedCommand | null = null): Promise<boolean> {
  const isOther = () => isMoved(run) && run.inbox.move !== byHand;
  let known: Hold | null = null;
  let isByGlass = false;
  for (;;) {
    await condition(() => run.state.paused === null || isOther());
    if (isOther()) break;
    known = await holdUntilOther(run, move, known, isOther);
    isByGlass = known !== null && takeGlass(run, `${move} in spite of "${run.state.waiting?.note ?? ''}"`);
    // A pause may have come while the question was on its way.
    if ((known === null || isByGlass) && run.state.paused === null) break;
    if (isLong()) run.shouldContinueAsNew = true;
    if (run.shouldContinueAsNew) await condition(() => false);
  }
  // It was meant for this move, whether it was needed or not.
  if (run.inbox.glass && patched('glass-not-needed')) takeGlass(run, `${move}, which nothing holds any more`);
  run.inbox.glass = null;
  if (run.state.waiting?.kind === 'freeze') update(run, { waiting: null });
  return isByGlass;
}

/** Asks for as long as the answer stays what is known. @returns what holds it now */
async function holdUntilOther(
  run: Run,
  move: string,
  known: Hold | null,
  isOther: () => boolean,
): Promise<Hold | null> {
  const { service, windows } = run.input.spec;
  const asking = new CancellationScope();
  const options = { summary: `does a freeze hold ${move}?`, heartbeatTimeout: '30s' } as const;
  const question = {
    service,
    windows: windows ?? null,
    waitMs: ASK_MS,
    known: known === null ? '' : holdSignature(known),
  };
  const answer = asking.run(() => long.untilFree.executeWithOptions(options, [question]));
  answer.catch(() => undefined);
  const called = asking.run(() => condition(() => Boolean(run.inbox.glass) || isOther()));
  called.catch(() => undefined);
  try {
    const free = await Promise.race([answer, called.then(() => ({ held: known }))]);
    if (free.held) showHold(run, move, free.held);
    return free.held;
  } finally {
    asking.cancel();
  }
}

function showHold(run: Run, move: string, { until, reason }: Hold): void {
  const { waiting } = run.state;
  const since = waiting?.kind === 'freeze' ? waiting.since : now();
  update(run, { waiting: { kind: 'freeze', since, until, note: `${move} is held: ${reason}` }, reason });
}

/** The reason somebody gave to move in spite of a freeze, once. */
function takeGlass(run: Run, what: string): boolean {
  const { glass } = run.inbox;
  if (!glass) return false;
  run.inbox.glass = null;
  const { actor, source, reason, subject } = glass;
  decide(run, {
    action: 'break-glass',
    actor,
    source,
    reason: `${what}: ${reason}`,
    ...(subject === undefined ? {} : { subject }),
  });
  return true;
}
