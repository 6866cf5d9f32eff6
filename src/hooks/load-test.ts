import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { SluiceError } from '../domain/errors.js';
import type { HookOf } from '../domain/spec/hooks.js';
import { type Answer, NoAnswer } from '../net/exchange.js';
import { boundedMessage, readJson, troubleOf } from './hook-answer.js';
import { followUp, type HookCall, type HookRun, hookKey, hookName, postHook } from './hook-request.js';

type LoadTestCall = HookCall<HookOf<'load-test'>>;

export interface LoadTestResult {
  readonly passed: boolean;
  readonly message: string;
}

/** What else a load test needs of whoever runs it. */
export interface LoadTestRun extends HookRun {
  /** Where the test is that an earlier attempt has started. */
  readonly startedAt: string | null;
  /** Whether another attempt goes on with this test, so that it must not be stopped. */
  isHandedOver(): boolean;
}

const started = z.object({ id: z.string().min(1).max(200).optional() });
const progress = z.object({
  done: z.boolean().optional(),
  passed: z.boolean().optional(),
  message: z.string().optional(),
});

/**
 * Starts a load test, asks for it until it is done, and takes it away at the end, whatever the end. A test that names neither a
 * location nor an id can't be asked for: it counts as passed once it has started.
 * @param until when a test that still runs has failed, ISO
 * @throws {SluiceError} HOOK_FAILED, HOOK_REFUSED where it can't be started
 */
export async function loadTest(call: LoadTestCall, until: string, run: LoadTestRun): Promise<LoadTestResult> {
  const location = run.startedAt ?? (await start(call, run));
  if (location === null) return { passed: true, message: 'started' };
  run.note({ location });
  try {
    return await untilDone(call, location, until, run);
  } finally {
    if (!run.isHandedOver()) await stop(call, location, run);
  }
}

/** @returns where to ask for it */
async function start(call: LoadTestCall, run: LoadTestRun): Promise<string | null> {
  const { hook } = call;
  const name = hookName(hook);
  const answer = await postHook(call, hookKey(call), run).catch((error: unknown) => {
    throw error instanceof NoAnswer ? new SluiceError('HOOK_FAILED', `${name}: ${error.message}`) : error;
  });
  if (answer.status < 200 || answer.status >= 300) {
    const { canPass, message } = troubleOf(answer.status);
    throw new SluiceError(canPass ? 'HOOK_FAILED' : 'HOOK_REFUSED', `${name}: ${message}`);
  }
  const said = readJson(answer, started);
  if (!said.ok) throw new SluiceError('HOOK_REFUSED', `${name}: ${said.why}`);
  return locationOf(hook, answer.location, said.value.id);
}

/** Signed requests go to the hook's own origin only, wherever an answer points. */
function locationOf(
  { name, url }: HookOf<'load-test'>,
  location: string | null,
  id: string | undefined,
): string | null {
  if (location === null) {
    if (id === undefined) return null;
    const { origin, pathname } = new URL(url);
    return `${origin}${pathname.replace(/\/$/, '')}/${encodeURIComponent(id)}`;
  }
  const found = URL.canParse(location, url) ? new URL(location, url) : null;
  if (found === null || found.origin !== new URL(url).origin)
    throw new SluiceError('HOOK_REFUSED', `hook ${name}: the load test's location is not at ${new URL(url).origin}`);
  return found.href;
}

async function untilDone(call: LoadTestCall, location: string, until: string, run: HookRun): Promise<LoadTestResult> {
  const end = Date.parse(until);
  for (;;) {
    await run.sleep(Math.min(call.hook.every, Math.max(1, end - Date.now())));
    const said = await ask(call, location, run);
    if (typeof said !== 'string') return said;
    run.note({ location, last: said });
    if (Date.now() >= end)
      return { passed: false, message: `${hookName(call.hook)}: not done by ${until}; last: ${said}` };
  }
}

/** @returns how it ended; a text where it goes on, or where nobody can say */
async function ask(call: LoadTestCall, location: string, run: HookRun): Promise<LoadTestResult | string> {
  try {
    return readProgress(await followUp(call.hook, 'GET', location, `${hookKey(call)}/${randomUUID()}`, run));
  } catch (error) {
    if (!(error instanceof NoAnswer || error instanceof SluiceError)) throw error;
    return error.message;
  }
}

function readProgress(answer: Answer): LoadTestResult | string {
  const { status } = answer;
  if (status === 404 || status === 410) return { passed: false, message: `the load test is gone (status ${status})` };
  if (status < 200 || status >= 300) return troubleOf(status).message;
  const said = readJson(answer, progress);
  if (!said.ok) return said.why;
  const { done, passed, message } = said.value;
  if (done === false || (status === 202 && done !== true)) return boundedMessage(message, 'running');
  return { passed: passed !== false, message: boundedMessage(message, 'done') };
}

/** Also after a cancellation, hence without its signal. A test that can't be reached has to end by itself. */
async function stop(call: LoadTestCall, location: string, { secrets, policy }: HookRun): Promise<void> {
  const id = `${hookKey(call)}/${randomUUID()}`;
  await followUp(call.hook, 'DELETE', location, id, { secrets, policy }).catch(() => undefined);
}
