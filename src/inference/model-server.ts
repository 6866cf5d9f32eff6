import type { Protocol } from '../domain/protocol.js';
import type { ModelTarget } from '../domain/route.js';
import { environmentSecrets, type Secrets } from '../notify/secrets.js';
import type { ModelServer } from '../ports/model-server.js';
import { createChatClient } from './chat/client.js';
import { createJsonClient } from './json-http/client.js';
import { createOpenInferenceClient } from './open-inference/client.js';

export interface ModelServerOptions {
  readonly timeoutMs?: number;
  /** Absent: this process's environment. */
  readonly secrets?: Secrets;
}

/** The client that a service's protocol asks for. */
export function createModelServer(
  target: ModelTarget,
  protocol: Protocol,
  { timeoutMs, secrets = environmentSecrets }: ModelServerOptions = {},
): ModelServer {
  switch (protocol.kind) {
    case 'open-inference':
      return createOpenInferenceClient(target, protocol, timeoutMs);
    case 'json':
      return createJsonClient(target, protocol, timeoutMs);
    case 'chat':
      return createChatClient(target, protocol, { secrets, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  }
}
