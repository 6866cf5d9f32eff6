import type { Protocol } from '../domain/protocol.js';
import type { ModelTarget } from '../domain/route.js';
import type { ModelServer } from '../ports/model-server.js';
import { environmentSecrets, type Secrets } from '../secrets/secrets.js';
import { createChatClient } from './chat/client.js';
import { createJsonClient } from './json-http/client.js';
import type { CallOptions } from './model-http.js';
import { createOpenInferenceClient } from './open-inference/client.js';

export interface ModelServerOptions extends CallOptions {
  /** Absent: this process's environment. */
  readonly secrets?: Secrets;
}

/** The client that a service's protocol asks for. */
export function createModelServer(
  target: ModelTarget,
  protocol: Protocol,
  { timeoutMs, secrets = environmentSecrets, policy }: ModelServerOptions = {},
): ModelServer {
  const calls = { ...(timeoutMs === undefined ? {} : { timeoutMs }), ...(policy === undefined ? {} : { policy }) };
  switch (protocol.kind) {
    case 'open-inference':
      return createOpenInferenceClient(target, protocol, calls);
    case 'json':
      return createJsonClient(target, protocol, calls);
    case 'chat':
      return createChatClient(target, protocol, { secrets, ...calls });
  }
}
