import { connect } from 'node:net';
import type { Probe } from '../../../domain/spec/monitors/dependencies.js';
import type { AddressPolicy } from '../../../net/address-policy.js';

/** Opens a connection and closes it. @throws where there is none, or the policy refuses the address */
export function probeTcp(
  { host, port }: NonNullable<Probe['tcp']>,
  policy: AddressPolicy,
  signal: AbortSignal,
): Promise<void> {
  policy.assertLiteral(host);
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = connect({ host, port, lookup: policy.lookup, autoSelectFamily: true });
    const give = (error: unknown) => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      if (error === null) resolve();
      else reject(error as Error);
    };
    const abort = () => give(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    socket.once('connect', () => give(null)).once('error', give);
  });
}
