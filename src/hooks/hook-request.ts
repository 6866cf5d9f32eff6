import { type HookMoment, type HookSubject, momentName } from '../domain/hook-moment.js';
import type { Hook } from '../domain/spec/hooks.js';
import { type Answer, exchange } from '../notify/exchange.js';
import type { Secrets } from '../notify/secrets.js';
import { signatureHeaders } from '../notify/signature.js';

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

/** @throws {NoAnswer} */
export async function postHook(call: HookCall, id: string, { secrets, signal }: HookRun): Promise<Answer> {
  const { hook, subject, moment } = call;
  const body = JSON.stringify({ hook: hook.name, key: hookKey(call), when: momentName(moment), ...subject });
  return exchange({
    method: 'POST',
    url: hook.url,
    headers: { 'content-type': 'application/json', ...signed(hook, secrets, id, body) },
    body,
    timeoutMs: hook.timeout,
    signal,
  });
}

/** A request about what a hook has begun. @throws {NoAnswer} */
export async function followUp(
  hook: Hook,
  method: 'GET' | 'DELETE',
  url: string,
  id: string,
  { secrets, signal }: { readonly secrets: Secrets; readonly signal?: AbortSignal },
): Promise<Answer> {
  const headers = signed(hook, secrets, id, '');
  return exchange({ method, url, headers, timeoutMs: hook.timeout, ...(signal === undefined ? {} : { signal }) });
}

/** For messages: a URL's path and query may be secrets. */
export function hookName({ name, url }: Hook): string {
  return `hook ${name} at ${new URL(url).origin}`;
}

function signed({ secretRef }: Hook, secrets: Secrets, id: string, body: string): Record<string, string> {
  return secretRef === undefined ? {} : signatureHeaders({ secretRef, secrets }, id, body, new Date());
}
