import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { SluiceError } from '../domain/errors.js';
import type { ScalingTargetOf } from '../domain/spec/scaling.js';
import { type AddressPolicy, AddressRefused } from '../net/address-policy.js';
import { exchange, NoAnswer } from '../net/exchange.js';
import { guardedTransport } from '../net/guarded-agents.js';
import { mayPass } from '../net/may-pass.js';
import type { ScalingSubject } from '../ports/scaler.js';
import type { Secrets } from '../secrets/secrets.js';
import { signatureHeaders } from '../secrets/signature.js';
import type { ScalingDriver } from './scaler.js';

type Target = ScalingTargetOf<'http'>;

const count = z.int().min(0);
const statusAnswer = z.object({ replicas: count, ready: count });

/**
 * Somebody else's scaler, over one URL. `{ "action": "scale", "replicas": n }` is answered with 2xx; `{ "action": "status" }` with
 * `{ "replicas": n, "ready": n }`. Both name service and version.
 */
export function createHttpScaler({
  policy,
  secrets,
}: {
  readonly policy: AddressPolicy;
  readonly secrets: Secrets;
}): ScalingDriver<Target> {
  // Its own, as it keeps no connections.
  const transport = guardedTransport(policy);
  const post = async (target: Target, { service, version }: ScalingSubject, question: object, signal: AbortSignal) => {
    const id = `${service}/scaling/${randomUUID()}`;
    const body = JSON.stringify({ service, version, ...question });
    const { secretRef } = target;
    const signed = secretRef === undefined ? {} : signatureHeaders({ secretRef, secrets }, id, body, new Date());
    const name = `scaler at ${new URL(target.url).origin}`;
    const answer = await exchange({
      method: 'POST',
      url: target.url,
      headers: { 'content-type': 'application/json', ...signed },
      body,
      timeoutMs: target.timeout,
      signal,
      transport,
    }).catch((error: unknown) => {
      if (error instanceof NoAnswer) throw new SluiceError('SCALING_FAILED', `${name}: ${error.message}`);
      if (error instanceof AddressRefused) throw new SluiceError('SCALING_REFUSED', `${name}: ${error.message}`);
      throw error;
    });
    if (answer.status < 200 || answer.status >= 300)
      throw new SluiceError(
        mayPass(answer.status) ? 'SCALING_FAILED' : 'SCALING_REFUSED',
        `${name}: status ${answer.status}`,
      );
    if (answer.body === null)
      throw new SluiceError(
        'SCALING_FAILED',
        `${name}: no answer that ends within ${target.timeout} ms, of 64 kB at most`,
      );
    return { name, data: answer.body };
  };
  const status = async (target: Target, subject: ScalingSubject, signal: AbortSignal) => {
    const { name, data } = await post(target, subject, { action: 'status' }, signal);
    return readStatus(name, data);
  };
  return {
    replicas: async (target, subject, signal) => (await status(target, subject, signal)).replicas,
    scale: async (target, replicas, subject, signal) => {
      await post(target, subject, { action: 'scale', replicas }, signal);
    },
    ready: async (target, subject, signal) => {
      const { ready, replicas } = await status(target, subject, signal);
      return { ready, wanted: replicas };
    },
  };
}

function readStatus(name: string, text: string): z.output<typeof statusAnswer> {
  let document: unknown = null;
  try {
    document = JSON.parse(text);
  } catch {
    // Not JSON is no status either.
  }
  const read = statusAnswer.safeParse(document);
  if (read.success) return read.data;
  throw new SluiceError('SCALING_FAILED', `${name}: the answer is not { "replicas": <count>, "ready": <count> }`);
}
