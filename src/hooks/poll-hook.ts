import { randomUUID } from 'node:crypto';
import { SluiceError } from '../domain/errors.js';
import type { HookOf } from '../domain/spec/hooks.js';
import { NoAnswer } from '../net/exchange.js';
import { type Reading, readDecision } from './hook-answer.js';
import { type HookCall, type HookRun, hookKey, hookName, postHook } from './hook-request.js';

export interface Confirmation {
  readonly outcome: 'approved' | 'rejected' | 'timeout';
  /** What the hook said; on a time-out, what came last. */
  readonly message: string;
}

/**
 * Asks again and again until there is a yes or a no. Whatever is neither, a receiver that is away included, is not yet.
 * @param until when there is no more waiting, ISO
 */
export async function confirmHook(
  call: HookCall<HookOf<'confirm'>>,
  until: string,
  run: HookRun,
): Promise<Confirmation> {
  const end = Date.parse(until);
  for (;;) {
    const said = await ask(call, run);
    if (said.kind === 'yes') return { outcome: 'approved', message: said.message };
    if (said.kind === 'no') return { outcome: 'rejected', message: said.message };
    const last = said.message === '' ? 'not yet' : said.message;
    run.note({ last });
    if (Date.now() >= end)
      return { outcome: 'timeout', message: `${hookName(call.hook)}: no yes by ${until}; last: ${last}` };
    await run.sleep(Math.min(call.hook.every, Math.max(1, end - Date.now())));
  }
}

/** Asks for as long as it is let, and returns only when the hook wants the rollout undone: `rejected: true`, or 403. */
export async function vetoHook(call: HookCall<HookOf<'veto'>>, run: HookRun): Promise<{ readonly message: string }> {
  for (;;) {
    const said = await ask(call, run);
    if (said.kind === 'no') return { message: said.message };
    run.note({ last: said.message });
    await run.sleep(call.hook.every);
  }
}

/** Each question is a message of its own: a receiver that drops repeats must not drop it. */
async function ask(call: HookCall<HookOf<'confirm' | 'veto'>>, run: HookRun): Promise<Reading> {
  try {
    return readDecision(await postHook(call, `${hookKey(call)}/${randomUUID()}`, run));
  } catch (error) {
    if (!(error instanceof NoAnswer || error instanceof SluiceError)) throw error;
    return { kind: 'trouble', canPass: true, message: error.message };
  }
}
