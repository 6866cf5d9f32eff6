import { SluiceError } from '../domain/errors.js';
import { type HookMoment, type HookSubject, momentName } from '../domain/hook-moment.js';
import type { Hook } from '../domain/spec/hooks.js';
import { type AddressPolicy, AddressRefused } from '../net/address-policy.js';
import { type Answer, type Exchange, exchange } from '../net/exchange.js';
import type { Secrets } from '../secrets/secrets.js';
import { signatureHeaders } from '../secrets/signature.js';

/** One hook that is to be asked, and about what. Plain JSON. */
export interface HookCall<Kind extends Hook = Hook> {
  readonly hook: Kind;
  readonly subject: HookSubject;
  readonly moment: HookMoment;
}

/** What asking needs from whoever asks. */
export interface HookRun {
  readonly secrets: Secrets;
  /** The asker's own end. */
  readonly signal: AbortSignal;
  /** Which addresses may be called; absent: all. */
  readonly policy?: AddressPolicy | undefined;
  /** Ends with an error once the asker does. */
  sleep(ms: number): Promise<void>;
  /** Keeps what the next attempt must know, should this one die. */
  note(progress: HookProgress): void;
}

export interface HookProgress {
  /** Where a running load test is asked for. */
  readonly location?: string;
  /** What was said last. */
  readonly last?: string;
}

/** The same for every try, so that a receiver can tell a repeat. Without dots, which signatures put between their parts. */
export function hookKey({ hook, subject, moment }: HookCall): string {
  return `${subject.rolloutId}/hook/${hook.name}/${momentName(moment).replaceAll(' ', '-')}`;
}

/** @throws {NoAnswer} @throws {SluiceError} ADDRESS_REFUSED */
export async function postHook(call: HookCall, id: string, { secrets, signal, policy }: HookRun): Promise<Answer> {
  const { hook, subject, moment } = call;
  const body = JSON.stringify({ hook: hook.name, key: hookKey(call), when: momentName(moment), ...subject });
  return asked(hook, {
    method: 'POST',
    url: hook.url,
    headers: { 'content-type': 'application/json', ...signed(hook, secrets, id, body) },
    body,
    timeoutMs: hook.timeout,
    signal,
    policy,
  });
}

/** A request about what a hook has begun. @throws {NoAnswer} @throws {SluiceError} ADDRESS_REFUSED */
export async function followUp(
  hook: Hook,
  method: 'GET' | 'DELETE',
  url: string,
  id: string,
  { secrets, signal, policy }: Pick<HookRun, 'secrets' | 'policy'> & Partial<Pick<HookRun, 'signal'>>,
): Promise<Answer> {
  const headers = signed(hook, secrets, id, '');
  const ended = signal === undefined ? {} : { signal };
  return asked(hook, { method, url, headers, timeoutMs: hook.timeout, policy, ...ended });
}

async function asked(hook: Hook, request: Exchange): Promise<Answer> {
  return exchange(request).catch((error: unknown) => {
    if (error instanceof AddressRefused)
      throw new SluiceError('ADDRESS_REFUSED', `${hookName(hook)}: ${error.message}`);
    throw error;
  });
}

/** For messages: a URL's path and query may be secrets. */
export function hookName({ name, url }: Hook): string {
  return `hook ${name} at ${new URL(url).origin}`;
}

function signed({ secretRef }: Hook, secrets: Secrets, id: string, body: string): Record<string, string> {
  return secretRef === undefined ? {} : signatureHeaders({ secretRef, secrets }, id, body, new Date());
}
