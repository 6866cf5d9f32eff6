import { randomUUID } from 'node:crypto';
import axios from 'axios';
import { z } from 'zod';
import { SluiceError } from '../domain/errors.js';
import type { ScalingTargetOf } from '../domain/spec/scaling.js';
import { type AddressPolicy, addressRefusalIn } from '../net/address-policy.js';
import { guardedTransport } from '../net/guarded-agents.js';
import { mayPass } from '../notify/exchange.js';
import type { Secrets } from '../notify/secrets.js';
import { signatureHeaders } from '../notify/signature.js';
import type { ScalingSubject } from '../ports/scaler.js';
import { noAnswer } from './no-answer.js';
import type { ScalingDriver } from './scaler.js';

type Target = ScalingTargetOf<'http'>;

const count = z.int().min(0);
const statusAnswer = z.object({ replicas: count, ready: count });
const LARGEST_ANSWER = 65_536;

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
  const transport = guardedTransport(policy);
  const post = async (target: Target, { service, version }: ScalingSubject, question: object, signal: AbortSignal) => {
    const id = `${service}/scaling/${randomUUID()}`;
    const body = JSON.stringify({ service, version, ...question });
    const { secretRef } = target;
    const signed = secretRef === undefined ? {} : signatureHeaders({ secretRef, secrets }, id, body, new Date());
    const name = `scaler at ${new URL(target.url).origin}`;
    const deadline = AbortSignal.timeout(target.timeout);
    try {
      const { status, data } = await axios.post<string>(target.url, body, {
        ...transport,
        headers: { 'content-type': 'application/json', 'user-agent': 'sluice', ...signed },
        timeout: target.timeout,
        signal: AbortSignal.any([signal, deadline]),
        maxContentLength: LARGEST_ANSWER,
        responseType: 'text',
        transformResponse: (text: unknown) => text,
        validateStatus: () => true,
      });
      if (status < 200 || status >= 300)
        throw new SluiceError(mayPass(status) ? 'SCALING_FAILED' : 'SCALING_REFUSED', `${name}: status ${status}`);
      return { name, data };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof SluiceError) throw error;
      const refused = addressRefusalIn(error);
      if (refused !== null) throw new SluiceError('SCALING_REFUSED', `${name}: ${refused.message}`);
      // Not kept as the cause: axios' errors carry the address and all headers.
      const why = deadline.aborted ? `no answer within ${target.timeout} ms` : noAnswer(error);
      throw new SluiceError('SCALING_FAILED', `${name}: ${why}`);
    }
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
