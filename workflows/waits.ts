import { condition, patched } from '@temporalio/workflow';
import { cutText } from '../src/domain/cut-text.js';
import type { Waiting } from '../src/domain/rollout-state.js';
import { decide, missing, now, type Run, update } from './run.js';

const isoAfter = (from: string, ms: number) => new Date(Date.parse(from) + ms).toISOString();
export const remaining = (until: string) => Math.max(1, Date.parse(until) - Date.now());

/**
 * Waits until `done` holds, and never while the rollout is paused.
 * @param ms at most this long, counted from when the wait began, also over continue-as-new
 * @returns whether it came to hold in time; a pause stretches the time
 */
export async function waitFor(
  run: Run,
  wait: { kind: Waiting['kind']; ms: number; note: string },
  done: () => boolean,
): Promise<boolean> {
  begin(run, wait.kind, wait.ms, wait.note);
  const summary = `${wait.kind}: ${wait.note}`;
  const ended = () => (done() && run.state.paused === null) || isCutShort(run);
  const held = isOverdue(run) ? ended() : await untilOr(run, ended, summary);
  await condition(() => run.state.paused === null || isMoved(run));
  update(run, { waiting: null });
  return held || done();
}

/** Its time ran out while one run handed over to the next: it needs no timer, which the next hand-over could take away again. */
function isOverdue({ state: { waiting } }: Run): boolean {
  return Boolean(waiting?.until) && Date.parse(waiting?.until ?? '') <= Date.now() && patched('overdue-at-once');
}

/** Waits for the end of the wait in progress, which may be put off meanwhile. @returns whether `ended` came to hold before */
async function untilOr(run: Run, ended: () => boolean, summary: string): Promise<boolean> {
  for (;;) {
    const until = run.state.waiting?.until ?? now();
    const changed = () => Boolean(run.state.waiting?.until) && run.state.waiting?.until !== until;
    const isEarly = await condition(() => ended() || changed(), remaining(until), { summary });
    if (ended()) return true;
    if (!isEarly && !changed()) return false;
  }
}

/** Whether a person has passed the gate in progress, or all of them. */
function isSkipped(run: Run): boolean {
  return Boolean(run.inbox.skip) || isFull(run);
}

/** Whether all gates up to the cutover are passed. A stop beats it, as it beats an approval. */
export function isFull({ state, inbox }: Run): boolean {
  return Boolean(inbox.full) && inbox.stop === null && state.paused === null;
}

/** Whether the canary is to go on at another step or weight: what goes on here has no more to say. */
export function isMoved({ inbox }: Run): boolean {
  return Boolean(inbox.move) && inbox.stop === null;
}

/** Whether what is waited for need not come any more. */
export function isCutShort(run: Run): boolean {
  return isSkipped(run) || isMoved(run);
}

/** A gate is passed: who passed it without its time or evidence is written down. */
export function endGate(run: Run, title: string): void {
  const { skip } = run.inbox;
  if (!skip) return;
  run.inbox.skip = null;
  const { actor, source, reason, subject } = skip;
  decide(run, {
    action: 'promote',
    actor,
    source,
    reason: `${title}${reason && `: ${reason}`}`,
    evidence: run.state.evidence,
    ...(subject === undefined ? {} : { subject }),
  });
}

/** Lets time pass at this weight, guardrails watched meanwhile. What the run before this one had put off stays so. */
export async function bake(run: Run, ms: number, since: string, note: string): Promise<void> {
  const { waiting } = run.state;
  const goesOn = waiting?.kind === 'bake' && waiting.note === note && patched('waits-carried');
  const until = goesOn ? (waiting.until ?? now()) : isoAfter(since, ms);
  update(run, { waiting: { kind: 'bake', since: goesOn ? waiting.since : since, until, note } });
  if (Date.parse(until) > Date.now()) await untilOr(run, () => isCutShort(run), `bake: ${note}`);
  await condition(() => run.state.paused === null || isMoved(run));
  update(run, { waiting: null });
}

/** A wait for evidence says what is missing as well, as of the newest look. */
export function withLacks(run: Run, waiting: Waiting): Waiting {
  const { lacks: _, ...rest } = waiting;
  const lacks = waiting.kind === 'samples' ? missing(run) : '';
  return lacks === '' ? rest : { ...rest, lacks: cutText(lacks) };
}

/** The wait in progress, if it is the same one (after continue-as-new), else a new one. */
export function begin(run: Run, kind: Waiting['kind'], ms: number, note: string): Waiting {
  const { waiting } = run.state;
  if (waiting?.kind === kind && waiting.note === note && waiting.until !== null) return waiting;
  const since = now();
  const begun = withLacks(run, { kind, since, until: isoAfter(since, ms), note });
  update(run, { waiting: begun });
  return begun;
}
