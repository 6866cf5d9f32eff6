import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import { type HookMoment, hooksAt, momentName } from '../src/domain/hook-moment.js';
import type { Phase } from '../src/domain/phase.js';
import type { Hook, HookOf } from '../src/domain/spec/hooks.js';
import { asking } from './activity-proxies.js';
import { hold } from './approvals.js';
import { causeOf, decide, now, type Run, stop, update } from './run.js';
import { isMoved } from './waits.js';

/** What a hook's answer means. */
interface Answer {
  readonly isYes: boolean;
  readonly words: string;
}

/** Asks the hooks of a moment, one after the other, in the order of the spec. Returns when all of them have said yes, or a person has. */
export async function askHooks(run: Run, moment: HookMoment): Promise<void> {
  const { hooks } = run.input.spec;
  for (const hook of hooksAt(hooks, 'call', moment)) await settle(run, hook, await call(run, hook, moment));
  for (const hook of hooksAt(hooks, 'confirm', moment)) {
    if (isMoved(run)) return;
    await confirm(run, hook, moment);
  }
}

async function call(run: Run, hook: HookOf<'call'>, moment: HookMoment): Promise<Answer> {
  const options = {
    summary: `hook ${hook.name} ${momentName(moment)}`,
    retry: { initialInterval: '1s', maximumInterval: '30s', maximumAttempts: hook.retries + 1 },
  } as const;
  return asking.callHook
    .executeWithOptions(options, [{ hook, subject: subjectOf(run), moment }])
    .then(({ approved, message }) => ({ isYes: approved, words: `hook ${hook.name}: ${message}` }), failureOf(hook));
}

async function confirm(run: Run, hook: HookOf<'confirm'>, moment: HookMoment): Promise<void> {
  const since = now();
  const until = new Date(Date.parse(since) + hook.maxDuration).toISOString();
  const note = `hook ${hook.name} ${momentName(moment)}`;
  update(run, { waiting: { kind: 'confirm', since, until, note }, reason: note });
  const polling = new CancellationScope();
  const answer = polling.run(() =>
    asking.confirmHook.executeWithOptions({ summary: note }, [{ hook, subject: subjectOf(run), moment }, until]),
  );
  answer.catch(() => undefined);
  const moved = polling.run(() => condition(() => isMoved(run)));
  moved.catch(() => undefined);
  try {
    const said = await Promise.race([answer, moved.then(() => null)]);
    update(run, { waiting: null });
    if (said === null) return;
    const { outcome, message } = said;
    const onFailure = outcome === 'timeout' ? hook.onTimeout : 'rollback';
    await settle(
      run,
      { ...hook, onFailure },
      { isYes: outcome === 'approved', words: `hook ${hook.name}: ${outcome}, ${message}` },
    );
  } finally {
    polling.cancel();
  }
}

/** What goes on beside a stretch of traffic: load tests, and hooks that may undo it. */
export interface During {
  /** Load tests that the stretch waits for are over. */
  readonly finished: () => Promise<void>;
  readonly end: () => void;
}

export function beginDuring(run: Run, phase: Phase): During {
  const { hooks } = run.input.spec;
  const scope = new CancellationScope();
  const moment = { during: phase } as const;
  for (const hook of hooksAt(hooks, 'veto', moment)) void scope.run(() => veto(run, hook, moment)).catch(ignoreEnd);
  const tests = hooksAt(hooks, 'load-test', moment).map((hook) => ({
    waits: hook.waitForDone,
    ended: scope.run(() => loadTest(run, hook, moment)),
  }));
  for (const { ended } of tests) ended.catch(() => undefined);
  const awaited = tests.filter(({ waits }) => waits).map(({ ended }) => ended);
  return { finished: async () => void (await Promise.all(awaited)), end: () => scope.cancel() };
}

async function veto(run: Run, hook: HookOf<'veto'>, moment: HookMoment): Promise<void> {
  const options = { summary: `hook ${hook.name} ${momentName(moment)}` };
  const { message } = await asking.vetoHook.executeWithOptions(options, [{ hook, subject: subjectOf(run), moment }]);
  stop(run, {
    outcome: 'rolled-back',
    reason: `hook ${hook.name}: ${message}`,
    evidence: run.state.evidence,
    isInstant: true,
  });
}

async function loadTest(run: Run, hook: HookOf<'load-test'>, moment: HookMoment): Promise<void> {
  const until = new Date(Date.now() + hook.maxDuration).toISOString();
  const options = {
    summary: `hook ${hook.name} ${momentName(moment)}`,
    retry: { initialInterval: '1s', maximumInterval: '30s', maximumAttempts: hook.retries + 1 },
  } as const;
  const answer = await asking.loadTest
    .executeWithOptions(options, [{ hook, subject: subjectOf(run), moment }, until])
    .then(({ passed, message }) => ({ isYes: passed, words: `hook ${hook.name}: ${message}` }), failureOf(hook));
  if (answer.isYes || hook.onFailure !== 'hold') return settle(run, hook, answer);
  // Nobody stands still here whom a person could be asked for: forward moves are held instead.
  if (run.state.paused === null)
    update(run, { paused: { actor: `hook ${hook.name}`, reason: answer.words, at: now() } });
  decide(run, { action: 'hook', reason: `${answer.words} (held)` });
}

/** A yes goes on; a no does what the spec says of it. */
async function settle(run: Run, hook: { onFailure: 'rollback' | 'hold' | 'ignore' }, answer: Answer): Promise<void> {
  decide(run, { action: 'hook', reason: answer.isYes ? answer.words : `${answer.words} (${hook.onFailure})` });
  if (answer.isYes || hook.onFailure === 'ignore') return;
  if (hook.onFailure === 'hold') return hold(run, answer.words);
  const outcome = run.state.phases.validation.status === 'passed' ? 'rolled-back' : 'failed';
  stop(run, { outcome, reason: answer.words, evidence: run.state.evidence });
  await condition(() => false);
}

function failureOf(hook: Hook): (error: unknown) => Answer {
  return (error) => {
    if (isCancellation(error)) throw error;
    return { isYes: false, words: `hook ${hook.name}: ${causeOf(error)}` };
  };
}

function subjectOf({ state }: Run) {
  const { rolloutId, service, phase, baseline, candidate, weightPercent } = state;
  return { rolloutId, service, phase, baseline, candidate, weightPercent };
}

/** The stretch is over, and with it what went on beside it. */
function ignoreEnd(error: unknown): void {
  if (!isCancellation(error)) throw error;
}
