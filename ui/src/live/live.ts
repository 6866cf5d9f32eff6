import { useEffect, useState } from 'preact/hooks';
import type { Decision } from '../../../src/domain/decision.js';
import type { Incident } from '../../../src/domain/incident.js';
import type { LiveEvent } from '../../../src/sdk/index.js';
import { api } from '../data/api.js';
import type { RolloutSummary } from '../data/types.js';

/** What the page hears while it is open. */
export interface LiveEvents {
  readonly rollout: RolloutSummary;
  readonly decision: Decision;
  readonly incident: Incident;
  /** Something may have been missed: what is shown must be read again. */
  readonly reset: unknown;
}

export interface LiveStatus {
  /** `refused`: the api does not take the token, so nothing comes. */
  readonly state: 'connecting' | 'live' | 'lost' | 'refused';
  /** When something was last heard, ms since 1970; null: never. */
  readonly heardAt: number | null;
}

type Listener = (name: keyof LiveEvents, data: unknown) => void;

const listeners = new Set<Listener>();
const watchers = new Set<(status: LiveStatus) => void>();
let status: LiveStatus = { state: 'connecting', heardAt: null };
let running: AbortController | null = null;

/** Listens until it is stopped; a second call begins anew, such as for another token. */
export function startLive(): void {
  running?.abort();
  running = new AbortController();
  say('connecting', null);
  void listen(running.signal);
}

export function stopLive(): void {
  running?.abort();
  running = null;
}

/** The client connects again by itself; it gives up only where the api refuses. */
async function listen(signal: AbortSignal): Promise<void> {
  const onConnection = (state: 'open' | 'lost') => {
    if (!signal.aborted) say(state === 'open' ? 'live' : 'lost', state === 'open' ? Date.now() : status.heardAt);
  };
  try {
    for await (const event of api.events({ signal, onConnection })) {
      say('live', Date.now());
      hear(event);
    }
  } catch {
    if (!signal.aborted) say('refused', status.heardAt);
  }
}

function say(state: LiveStatus['state'], heardAt: number | null): void {
  status = { state, heardAt };
  for (const watcher of watchers) watcher(status);
}

function hear({ event, data }: LiveEvent): void {
  if (event !== 'ping') for (const listener of listeners) listener(event, data);
}

/** Calls with everything of one name that comes, as long as the component is there. */
export function useLive<Name extends keyof LiveEvents>(name: Name, act: (data: LiveEvents[Name]) => void): void {
  useEffect(() => {
    const listener: Listener = (heard, data) => {
      if (heard === name) act(data as LiveEvents[Name]);
    };
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  });
}

export function useLiveStatus(): LiveStatus {
  const [seen, setSeen] = useState(status);
  useEffect(() => {
    setSeen(status);
    watchers.add(setSeen);
    return () => {
      watchers.delete(setSeen);
    };
  }, []);
  return seen;
}
