import type { ModelServer } from '../../ports/model-server.js';

interface Death {
  /** What it died of, for messages. */
  readonly how: string;
  /** Whether somebody has waited for it since: once is enough. */
  wasWaitedFor: boolean;
}

const dead = new WeakMap<ModelServer, Death>();

/** Remembers that a probe killed a server, so that the probes after it say so rather than fail without a result. */
export function markDead(server: ModelServer, how: string): void {
  dead.set(server, { how, wasWaitedFor: false });
}

/** What a probe killed it with; null where none did. */
export function deathOf(server: ModelServer): Death | null {
  return dead.get(server) ?? null;
}

export function markAlive(server: ModelServer): void {
  dead.delete(server);
}
