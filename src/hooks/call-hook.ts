import { SluiceError } from '../domain/errors.js';
import type { HookOf } from '../domain/spec/hooks.js';
import { NoAnswer } from '../net/exchange.js';
import { readDecision } from './hook-answer.js';
import { type HookCall, type HookRun, hookKey, hookName, postHook } from './hook-request.js';

export interface HookAnswer {
  readonly approved: boolean;
  /** What the hook said, at most 500 characters. */
  readonly message: string;
}

/**
 * Asks once. Any 2xx is a yes, unless it says `approved: false` or `rejected: true`; 403 is a no.
 * @throws {SluiceError} HOOK_FAILED where another try may get an answer, else HOOK_REFUSED
 */
export async function callHook(call: HookCall<HookOf<'call'>>, run: HookRun): Promise<HookAnswer> {
  const name = hookName(call.hook);
  const answer = await postHook(call, hookKey(call), run).catch((error: unknown) => {
    throw error instanceof NoAnswer ? new SluiceError('HOOK_FAILED', `${name}: ${error.message}`) : error;
  });
  const said = readDecision(answer);
  switch (said.kind) {
    case 'yes':
    case 'accepted':
      return { approved: true, message: said.message };
    case 'no':
    case 'not-yet':
      return { approved: false, message: said.message };
    case 'trouble':
      throw new SluiceError(said.canPass ? 'HOOK_FAILED' : 'HOOK_REFUSED', `${name}: ${said.message}`);
  }
}
